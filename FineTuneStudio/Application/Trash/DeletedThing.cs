using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Trash;

/// <summary>A thing that was deleted and can still be brought back.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">As the person calls it.</param>
/// <param name="DeletedAt">When it was deleted.</param>
/// <param name="RemovedAt">When it will be removed for good; when it was deleted, where it is gone already.</param>
/// <param name="Bytes">What that frees.</param>
public sealed record DeletedThing(ThingKind Kind, Guid Id, string Name, DateTimeOffset DeletedAt, DateTimeOffset RemovedAt, long Bytes)
{
    /// <summary>There is nothing left to bring back: the disk was too full to remember it.</summary>
    public bool IsGone => RemovedAt == DeletedAt;
}
