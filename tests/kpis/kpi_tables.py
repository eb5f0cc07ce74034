"""Masters and activity that the tests of this folder share."""

CATEGORIES = """
category name_nl  name_en activity_measure
paper    Papier   Paper   staff_days
laptops  Laptops  Laptops fte
"""

LOCATIONS = """
location_id name      organisation group
A           Amsterdam Org          west
B           Breda     Org          south
"""

PRODUCTS = """
product_id name    category base_unit units_per_pack mass_kg
P1         A4      paper    pack      5              2.5
P2         A3      paper    pack      5              .
L1         Laptop  laptops  piece     1              1.5
"""

ACTIVITY = """
period_start period_end location_id activity_measure value unit
2024-11-01   2024-11-30 A           staff_days       400   days
2024-11-01   2024-11-30 B           staff_days       100   days
2024-11-01   2024-11-30 A           fte              20    fte
2024-11-01   2024-11-30 B           fte              8     fte
2024-12-01   2024-12-31 A           staff_days       300   days
2024-12-01   2024-12-31 B           staff_days       100   days
2024-12-01   2024-12-31 A           fte              22    fte
2024-12-01   2024-12-31 B           fte              8     fte
"""


def load_masters(monitor):
    monitor.load("categories", CATEGORIES)
    monitor.load("locations", LOCATIONS)
    monitor.load("products", PRODUCTS)
