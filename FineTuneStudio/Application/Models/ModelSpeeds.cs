using FineTuneStudio.Application.Settings;
using FineTuneStudio.Domain;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Models;

/// <summary>How fast the library's models are on this machine, as last timed: by runs, by answers, by a measurement.</summary>
public sealed class ModelSpeeds
{
    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly SettingsStore _settings;
    private readonly TimeProvider _time;

    internal ModelSpeeds(IDbContextFactory<StudioDatabase> databases, SettingsStore settings, TimeProvider time) => (_databases, _settings, _time) = (databases, settings, time);

    /// <summary>The figures of this machine, by model.</summary>
    public async Task<ILookup<Guid, MeasuredSpeed>> ListAsync(CancellationToken cancellationToken)
    {
        // Asking for the device loads the tensor library at the first time: not on the page's own thread.
        var machine = await Task.Run(() => MachineName.Current(_settings.Current.Threads), cancellationToken);
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var rows = await database.ModelSpeeds.AsNoTracking().Where(speed => speed.Machine == machine).ToListAsync(cancellationToken);
        return rows.OrderBy(row => row.Kind).ToLookup(row => row.ModelId, row => new MeasuredSpeed(row.Kind, row.TokensPerSecond, row.Origin, row.MeasuredAt));
    }

    /// <summary>Keeps a figure in place of the one before it.</summary>
    /// <param name="model">The model's id.</param>
    /// <param name="kind">What was timed.</param>
    /// <param name="tokensPerSecond">How fast it was.</param>
    /// <param name="origin">What it was measured by, for a person.</param>
    /// <param name="cancellationToken">Keeps the figure before.</param>
    internal async Task NoteAsync(Guid model, SpeedKind kind, double tokensPerSecond, string origin, CancellationToken cancellationToken)
    {
        var machine = MachineName.Current(_settings.Current.Threads);
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var row = await database.ModelSpeeds.FindAsync([model, machine, kind], cancellationToken);
        if (row is null)
        {
            database.ModelSpeeds.Add(new ModelSpeedEntity { ModelId = model, Machine = machine, Kind = kind, TokensPerSecond = tokensPerSecond, Origin = origin, MeasuredAt = _time.GetUtcNow() });
        }
        else
        {
            (row.TokensPerSecond, row.Origin, row.MeasuredAt) = (tokensPerSecond, origin, _time.GetUtcNow());
        }

        await database.SaveChangesAsync(cancellationToken);
    }
}
