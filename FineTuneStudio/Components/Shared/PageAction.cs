namespace FineTuneStudio.Components.Shared;

/// <summary>Something a person can do on a page; <see cref="PageActions"/> draws it as a button, a link or an item of a menu.</summary>
/// <param name="Label">What it does, in the imperative.</param>
/// <param name="Icon">Its mark.</param>
public sealed record PageAction(string Label, string Icon)
{
    /// <summary>Where it leads; <see langword="null"/> where it does something here.</summary>
    public string? Address { get; init; }

    /// <summary>Whether the address is a file to be stored rather than a page.</summary>
    public bool Download { get; init; }

    public Func<Task>? Act { get; init; }

    public bool Disabled { get; init; }

    /// <summary>What it means, where the label does not say all.</summary>
    public string? Hint { get; init; }

    /// <summary>The one next step: always in sight.</summary>
    public bool Primary { get; init; }

    /// <summary>Takes something away.</summary>
    public bool Danger { get; init; }

    /// <summary>Seldom wanted: behind the menu even where there is room.</summary>
    public bool Seldom { get; init; }
}
