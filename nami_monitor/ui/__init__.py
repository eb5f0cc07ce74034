"""The rooms beside pages/ that know Streamlit: state, cache, filters, cards and the look."""
