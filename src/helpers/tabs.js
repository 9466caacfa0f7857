// JupyterLab loads this as an extension (see lab.py). A lesson and its exercise have one file name, so the tab of an
// exercise says what it is, and that of a page to read as well. A tab's title holds the file's path.

const STYLE = `
.lm-TabBar-tab[title*="Path: exercises/"] .lm-TabBar-tabLabel::before { content: "Exercise · "; }
.lm-TabBar-tab[title*="Path: with_outputs/"] .lm-TabBar-tabLabel::before { content: "To read · "; }
`;

const plugin = {
  id: "tabs:plugin",
  autoStart: true,
  activate() {
    document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
  },
};

window._JUPYTERLAB = window._JUPYTERLAB || {};
window._JUPYTERLAB["tabs"] = { init() {}, get: async () => () => plugin };
