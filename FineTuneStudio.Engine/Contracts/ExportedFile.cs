namespace FineTuneStudio.Engine.Contracts;

/// <summary>A file of an export.</summary>
/// <param name="Name">Path inside the export.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">Lower-case hexadecimal digits.</param>
public sealed record ExportedFile(string Name, long Bytes, string Sha256);
