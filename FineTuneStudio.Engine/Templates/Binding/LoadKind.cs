namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>What a variable holds when its scope is entered.</summary>
internal enum LoadKind
{
    /// <summary>Set by the caller.</summary>
    Parameter,

    /// <summary>Looked up among the given variables and globals.</summary>
    Resolve,

    /// <summary>A copy of the variable of that name around the scope.</summary>
    Alias,

    /// <summary>Nothing yet.</summary>
    Missing,
}
