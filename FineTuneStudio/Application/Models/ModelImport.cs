using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Models;

/// <summary>A model on its way into the library, as a page shows it.</summary>
/// <param name="Id">Tells two imports apart.</param>
/// <param name="Source">Folder or repository, as the person typed it.</param>
/// <param name="CopiedBytes">How much is here.</param>
/// <param name="TotalBytes">Of how much; 0 until the source was looked at.</param>
/// <param name="Began">When it was asked for.</param>
/// <param name="Result">What came of it; <see langword="null"/> while it is under way.</param>
public sealed record ModelImport(Guid Id, string Source, long CopiedBytes, long TotalBytes, DateTimeOffset Began, Result<ModelSummary>? Result)
{
    /// <summary>It is fetched over the network, and what was fetched is kept for the next try.</summary>
    public bool IsFetched { get; init; }

    /// <summary>What is left at the rate so far; <see langword="null"/> where that is not known.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Copied or fetched, and now being hashed.</summary>
    public bool IsHashing => Result is null && TotalBytes > 0 && CopiedBytes == TotalBytes;

    /// <summary>It ended before its end, and can go on where it stopped.</summary>
    public bool CanGoOn => IsFetched && Result is Result<ModelSummary>.Refused;
}
