"""Who may use the monitor, and how it is served: settings of the operator, roles of visitors."""
