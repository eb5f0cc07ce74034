"""Two ways to work a page with the same words: with a mouse, and with the keys alone."""

from tests.browser.serving import settled

FOCUSED = "each => each === document.activeElement"
FARTHEST = 300
"""After how many presses of Tab a part counts as out of reach."""
LOOKED_UP = 50
"""After how many a part is looked up again: by role and name takes as long as many presses."""


class Hand:
    """What both can do; ``at`` is how each gets to a part of the page."""

    def __init__(self, page):
        self.page = page

    def part(self, role, name, within=None):
        """The first part in sight with a role and a name."""
        found = (within or self.page).get_by_role(role, name=name, exact=True)
        return found.filter(visible=True).first

    def field(self, label, within=None):
        """The first field in sight with a label."""
        text, number = (self.part(role, label, within) for role in ("textbox", "spinbutton"))
        return text.or_(number).first

    def follow(self, link):
        """Go where a link leads."""
        before = self.page.url
        self.press(link)
        self.page.wait_for_function("before => location.href !== before", arg=before)
        settled(self.page)

    def type_over(self, words):
        """Type instead of what stands in the field that is reached, and leave it."""
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(words)
        self.page.keyboard.press("Tab")
        settled(self.page)

    def download(self, name, folder):
        """Take a file along; its path."""
        with self.page.expect_download() as waited:
            self.press(self.part("button", name))
        out = folder / waited.value.suggested_filename
        waited.value.save_as(out)
        return out

    def summary(self, title):
        """The line that opens a part."""
        return self.page.locator("summary").filter(has_text=title).first

    def open(self, title):
        """Open what is folded; the part that then stands open."""
        line = self.summary(title)
        self.press(line)
        return self.page.get_by_test_id("stExpander").filter(has=line).last


class Mouse(Hand):
    """Clicks, and types where it clicked."""

    def at(self, part):
        """Bring a part into view; boxes close while the page scrolls."""
        before = part.bounding_box()
        part.scroll_into_view_if_needed()
        if part.bounding_box() != before:
            self.page.wait_for_timeout(300)

    def press(self, part):
        """Click."""
        self.at(part)
        part.click()
        settled(self.page)

    def tick(self, box):
        """Tick or untick, by the words beside the box as people do."""
        self.press(box.locator("xpath=ancestor::label"))

    def option(self, name):
        """Choose one of a few that stand open."""
        self.press(self.page.get_by_text(name, exact=True).first)

    def choose(self, label, option):
        """Choose in a list; long ones are searched by typing."""
        box = self.part("combobox", label)
        self.at(box)
        box.click()
        self.page.keyboard.type(option)
        self.page.get_by_role("option").filter(has_text=option).first.click()
        settled(self.page)
        self.page.keyboard.press("Escape")

    def write(self, label, words, within=None):
        """Write over what stands in a field."""
        self.press(self.field(label, within))
        self.type_over(words)


class Keys(Hand):
    """Tab, arrows, Enter, Space and letters; never a click."""

    def at(self, part):
        """Press Tab until the part is reached; from the end of a page that leads to its top."""
        for press in range(FARTHEST):
            if not press % LOOKED_UP:
                wanted = part.element_handle()
            if wanted.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no key reaches {part}")

    def press(self, part):
        """Enter."""
        self.at(part)
        self.page.keyboard.press("Enter")
        settled(self.page)

    def tick(self, box):
        """Tick or untick."""
        self.at(box)
        self.page.keyboard.press("Space")
        settled(self.page)

    def option(self, name):
        """Choose one of a few that stand open: to the group, then the arrows."""
        wanted = self.page.locator("label").filter(has_text=name).locator("input").first
        group = self.page.get_by_role("radiogroup").filter(has=wanted)
        self.at(group.locator("input:checked"))
        for _ in range(group.locator("input").count()):
            if wanted.evaluate(FOCUSED):
                break
            self.page.keyboard.press("ArrowRight")
            settled(self.page)
        assert wanted.is_checked()

    def choose(self, label, option):
        """Choose in a list by typing."""
        self.at(self.part("combobox", label))
        self.page.keyboard.type(option)
        self.page.wait_for_timeout(300)
        self.page.keyboard.press("Enter")
        settled(self.page)
        self.page.keyboard.press("Escape")

    def write(self, label, words, within=None):
        """Write over what stands in a field."""
        self.at(self.field(label, within))
        self.type_over(words)


HANDS = {"mouse": Mouse, "keys": Keys}
