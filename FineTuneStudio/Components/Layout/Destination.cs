namespace FineTuneStudio.Components.Layout;

/// <summary>A place of the studio that is always one click, two keys or a search away.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Label">How it is called.</param>
/// <param name="Icon">Its drawing.</param>
/// <param name="Key">Pressed after G, it leads there.</param>
/// <param name="InBar">Whether it stands in the bar of a narrow screen; the others are under "More".</param>
public sealed record Destination(string Address, string Label, string Icon, char Key, bool InBar)
{
    /// <summary>In the order of the rail.</summary>
    public static IReadOnlyList<Destination> All { get; } =
    [
        new("/", "Home", "home", 'h', InBar: true),
        new("/datasets", "Datasets", "dataset", 'd', InBar: true),
        new("/runs", "Runs", "run", 'r', InBar: true),
        new("/models", "Models", "model", 'm', InBar: false),
        new("/adapters", "Adapters", "adapter", 'a', InBar: true),
        new("/graders", "Graders", "check", 'g', InBar: false),
        new("/playground", "Playground", "chat", 'p', InBar: false),
        new("/settings", "Settings", "sliders", 's', InBar: false),
    ];
}
