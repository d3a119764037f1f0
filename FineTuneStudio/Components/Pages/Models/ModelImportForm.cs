namespace FineTuneStudio.Components.Pages.Models;

/// <summary>What is typed to import a model; kept as a draft. An access token is no part of it: that is kept nowhere.</summary>
public sealed class ModelImportForm
{
    /// <summary>From a folder of the studio's machine, not from a hub.</summary>
    public bool FromFolder { get; set; }

    public string Folder { get; set; } = "";

    public string Repository { get; set; } = "";

    public string Revision { get; set; } = "";

    public string Endpoint { get; set; } = "";

    public string Name { get; set; } = "";
}
