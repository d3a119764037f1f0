namespace FineTuneStudio.Engine.Training.Checkpoints;

/// <summary>What a checkpoint's folder holds; written last, so a folder with a manifest is whole.</summary>
/// <param name="Format">Version of the layout.</param>
/// <param name="State">What is no tensor.</param>
/// <param name="Files">Every file but the manifest.</param>
internal sealed record CheckpointManifest(int Format, RunState State, IReadOnlyList<CheckpointFile> Files)
{
    /// <summary>The layout this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Its file name.</summary>
    public const string FileName = "manifest.json";
}
