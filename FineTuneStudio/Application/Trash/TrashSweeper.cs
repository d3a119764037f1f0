using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Trash;

/// <summary>Looks every minute for deletions that nobody undid in time.</summary>
internal sealed class TrashSweeper(TrashCan trash, TimeProvider time, ILogger<TrashSweeper> log) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        try
        {
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The studio stops; the next start goes on.
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            await trash.SweepAsync(stopping);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DbException or DbUpdateException)
        {
            log.LogWarning(exception, "Deleted things could not be removed; trying again in {Pace}", Pace);
        }
    }
}
