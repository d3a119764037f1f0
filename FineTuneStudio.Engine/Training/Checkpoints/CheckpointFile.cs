namespace FineTuneStudio.Engine.Training.Checkpoints;

/// <summary>A file of a checkpoint.</summary>
/// <param name="Path">Place in the folder, with forward slashes.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">Hash, 64 lower-case hexadecimal digits.</param>
internal sealed record CheckpointFile(string Path, long Bytes, string Sha256);
