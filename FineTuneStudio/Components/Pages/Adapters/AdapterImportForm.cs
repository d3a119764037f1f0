namespace FineTuneStudio.Components.Pages.Adapters;

/// <summary>What is typed to import an adapter; kept as a draft.</summary>
public sealed class AdapterImportForm
{
    /// <summary>A folder, or a zip, on the studio's machine.</summary>
    public string Place { get; set; } = "";

    /// <summary>Name of the base model; empty where the adapter says it itself.</summary>
    public string Model { get; set; } = "";

    public string Name { get; set; } = "";
}
