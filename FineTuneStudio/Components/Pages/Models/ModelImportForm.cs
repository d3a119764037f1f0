namespace FineTuneStudio.Components.Pages.Models;

/// <summary>What is typed to import a model; kept as a draft.</summary>
public sealed class ModelImportForm
{
    public string Folder { get; set; } = "";

    public string Name { get; set; } = "";
}
