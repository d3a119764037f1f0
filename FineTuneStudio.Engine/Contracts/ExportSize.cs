namespace FineTuneStudio.Engine.Contracts;

/// <summary>How large an export becomes, told before it is made.</summary>
/// <param name="Bytes">About; the tokenizer of a GGUF file is not counted.</param>
/// <param name="Note">Why it is larger than its base, where it is; else <see langword="null"/>.</param>
public sealed record ExportSize(long Bytes, string? Note);
