using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Models;

/// <summary>A folder on its way into the library, as a page shows it.</summary>
/// <param name="Id">Tells two imports apart.</param>
/// <param name="Folder">As the person typed it.</param>
/// <param name="CopiedBytes">How much is here.</param>
/// <param name="TotalBytes">Of how much; 0 until the folder was looked at.</param>
/// <param name="Began">When it was asked for.</param>
/// <param name="Result">What came of it; <see langword="null"/> while it is under way.</param>
public sealed record ModelImport(Guid Id, string Folder, long CopiedBytes, long TotalBytes, DateTimeOffset Began, Result<ModelSummary>? Result)
{
    /// <summary>Copied, and now being hashed.</summary>
    public bool IsHashing => Result is null && TotalBytes > 0 && CopiedBytes == TotalBytes;
}
