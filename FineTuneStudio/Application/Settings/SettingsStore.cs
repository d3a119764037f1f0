using System.Data.Common;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Settings;

/// <summary>Keeps the settings in the database, and in memory for whoever reads them; a change reaches every open page at once.</summary>
public sealed class SettingsStore : IDisposable
{
    private const string Key = "studio";

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly ILogger<SettingsStore> _log;
    private StudioSettings _current = new();

    internal SettingsStore(IDbContextFactory<StudioDatabase> databases, ILogger<SettingsStore> log)
    {
        (_databases, _log) = (databases, log);
    }

    /// <summary>Raised after a change is stored, on any thread; a handler hands over and returns.</summary>
    public event Action<StudioSettings>? Changed;

    public StudioSettings Current => Volatile.Read(ref _current);

    /// <summary>Changes settings, and stores them before anyone sees them.</summary>
    /// <returns>Whether they could be stored; otherwise nothing changed.</returns>
    public async Task<bool> TryChangeAsync(Func<StudioSettings, StudioSettings> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            var changed = change(Current);
            await StoreAsync(JsonSerializer.Serialize(changed, RunSpecification.JsonOptions), cancellationToken);
            Volatile.Write(ref _current, changed);
        }
        catch (Exception exception) when (exception is DbException or DbUpdateException)
        {
            _log.LogWarning(exception, "The settings could not be stored; is the disk full?");
            return false;
        }
        finally
        {
            _changing.Release();
        }

        Changed?.Invoke(Current);
        return true;
    }

    public void Dispose() => _changing.Dispose();

    /// <summary>Reads what was stored before; what another version wrote and this one cannot read begins afresh.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        if (await database.Settings.AsNoTracking().SingleOrDefaultAsync(row => row.Key == Key, cancellationToken) is { } row)
        {
            try
            {
                Volatile.Write(ref _current, JsonSerializer.Deserialize<StudioSettings>(row.Content, RunSpecification.JsonOptions) ?? new());
            }
            catch (JsonException)
            {
                // The defaults stand; the next change replaces the row.
            }
        }
    }

    private async Task StoreAsync(string content, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        if (await database.Settings.Where(row => row.Key == Key).ExecuteUpdateAsync(set => set.SetProperty(row => row.Content, content), cancellationToken) == 0)
        {
            database.Settings.Add(new SettingEntity { Key = Key, Content = content });
            await database.SaveChangesAsync(cancellationToken);
        }
    }
}
