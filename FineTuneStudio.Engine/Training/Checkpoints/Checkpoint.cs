namespace FineTuneStudio.Engine.Training.Checkpoints;

/// <summary>A whole, verified checkpoint on disk.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Manifest">What is in it.</param>
internal sealed record Checkpoint(string Folder, CheckpointManifest Manifest)
{
    /// <summary>Name under <c>checkpoints/</c>.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>Size on disk.</summary>
    public long Bytes => Manifest.Files.Sum(file => file.Bytes);
}
