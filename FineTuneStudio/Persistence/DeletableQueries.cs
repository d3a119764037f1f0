using FineTuneStudio.Domain;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Persistence;

/// <summary>Reads things of any kind past the filter that hides deleted ones from everything else.</summary>
internal static class DeletableQueries
{
    /// <summary>A thing, deleted or not, to be changed.</summary>
    public static Task<IDeletable?> FindThingAsync(this StudioDatabase database, ThingKind kind, Guid id, CancellationToken cancellationToken) => kind switch
    {
        ThingKind.Dataset => FindAsync(database.Datasets, id, cancellationToken),
        ThingKind.Run => FindAsync(database.Runs, id, cancellationToken),
        ThingKind.Model => FindAsync(database.Models, id, cancellationToken),
        ThingKind.Adapter => FindAdapterAsync(database, id, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of thing."),
    };

    /// <summary>The deleted things of a kind.</summary>
    public static Task<IReadOnlyList<IDeletable>> ListDeletedAsync(this StudioDatabase database, ThingKind kind, CancellationToken cancellationToken) => kind switch
    {
        ThingKind.Dataset => ListAsync(database.Datasets, cancellationToken),
        ThingKind.Run => ListAsync(database.Runs, cancellationToken),
        ThingKind.Model => ListAsync(database.Models, cancellationToken),
        ThingKind.Adapter => ListAdaptersAsync(database, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of thing."),
    };

    // One kind for a person: what runs left, and what was made elsewhere.
    private static async Task<IDeletable?> FindAdapterAsync(StudioDatabase database, Guid id, CancellationToken cancellationToken)
        => await FindAsync(database.Adapters, id, cancellationToken) ?? await FindAsync(database.ImportedAdapters, id, cancellationToken);

    private static async Task<IReadOnlyList<IDeletable>> ListAdaptersAsync(StudioDatabase database, CancellationToken cancellationToken)
        => [.. await ListAsync(database.Adapters, cancellationToken), .. await ListAsync(database.ImportedAdapters, cancellationToken)];

    private static async Task<IDeletable?> FindAsync<T>(DbSet<T> things, Guid id, CancellationToken cancellationToken)
        where T : class, IDeletable
        => await things.IgnoreQueryFilters().SingleOrDefaultAsync(thing => thing.Id == id, cancellationToken);

    private static async Task<IReadOnlyList<IDeletable>> ListAsync<T>(DbSet<T> things, CancellationToken cancellationToken)
        where T : class, IDeletable
        => [.. await things.IgnoreQueryFilters().AsNoTracking().Where(thing => thing.DeletedAt != null).ToListAsync(cancellationToken)];
}
