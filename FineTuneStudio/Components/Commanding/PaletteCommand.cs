using FineTuneStudio.Components.Layout;

namespace FineTuneStudio.Components.Commanding;

/// <summary>A line of the palette that is there before anything was asked of the studio.</summary>
/// <param name="Group">"Go to" or "Do".</param>
/// <param name="Label">What is shown and searched.</param>
/// <param name="Icon">Its drawing.</param>
/// <param name="Address">Where it leads, or</param>
/// <param name="Act">what it does, by the name that the script knows.</param>
/// <param name="Keys">The keys that do the same, as they are shown.</param>
/// <param name="Words">Other words people look for it by.</param>
internal sealed record PaletteCommand(string Group, string Label, string Icon, string Address = "", string Act = "", string Keys = "", string Words = "")
{
    /// <summary>Pages first, then what can be done from anywhere.</summary>
    public static IReadOnlyList<PaletteCommand> All { get; } =
    [
        .. Destination.All.Select(place => new PaletteCommand("Go to", place.Label, place.Icon, place.Address, Keys: $"G {char.ToUpperInvariant(place.Key)}")),
        new("Do", "New run", "plus", "/runs/new", Words: "train start fine-tune"),
        new("Do", "Upload a dataset", "upload", "/datasets#upload-input", Words: "add file data jsonl csv"),
        new("Do", "Import a model", "model", "/models#folder", Words: "add base weights"),
        new("Do", "Train your first model", "spark", "/first-run", Words: "tutorial sample demo start guide"),
        new("Do", "Try a model", "chat", "/playground", Words: "ask prompt playground chat"),
        new("Do", "Try a grader", "check", "/graders", Words: "score reward judge reinforcement test"),
        new("Do", "Free disk space", "trash", "/settings#disk", Words: "clean up delete"),
        new("Do", "Light theme", "sun", Act: "theme:light", Words: "bright appearance"),
        new("Do", "Dark theme", "moon", Act: "theme:dark", Words: "night appearance"),
        new("Do", "Theme of the system", "system", Act: "theme:system", Words: "automatic appearance"),
        new("Do", "Keyboard shortcuts", "keyboard", Act: "open:shortcuts", Keys: "?", Words: "help keys"),
    ];
}
