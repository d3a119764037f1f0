namespace FineTuneStudio.Application.Models;

/// <summary>A base model of the library.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">How specifications name it.</param>
/// <param name="Architecture">Family, as its configuration says.</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Bytes">Size on disk.</param>
/// <param name="ContextLength">Longest context it was made for, in tokens.</param>
/// <param name="Sha256">Hash over its files.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Embedded">Came with the studio.</param>
/// <param name="CreatedAt">When it was taken in.</param>
public sealed record ModelSummary(
    Guid Id, string Name, string Architecture, long Parameters, long Bytes, int ContextLength, string Sha256, string Folder, bool Embedded, DateTimeOffset CreatedAt);
