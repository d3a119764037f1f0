using System.Globalization;
using FineTuneStudio.Application.Disk;
using FineTuneStudio.Application.Trash;
using FineTuneStudio.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Settings;

/// <summary>What takes room, and how to make some: each clean-up says what it frees before it does it.</summary>
public sealed partial class DiskSettings
{
    private DiskUse? _use;
    private IReadOnlyList<DeletedThing> _deleted = [];
    private bool _busy;

    [Inject]
    public required DiskKeeper Disk { get; init; }

    [Inject]
    public required TrashCan Trash { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    private IEnumerable<(DiskPart Part, int Number)> Parts => _use!.Parts.Select((part, number) => (part, number)).Where(pair => pair.part.Bytes > 0);

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            await MeasureAsync();
        }
    }

    private static string FreesText(long bytes, bool any) => any ? $"Free {Figures.Bytes(bytes)}" : "Nothing to free";

    private async Task MeasureAsync()
    {
        _use = await Disk.MeasureAsync(Now.CheckpointsKept, CancellationToken.None);
        _deleted = await Trash.ListAsync(CancellationToken.None);
    }

    private async Task KeepAsync(ChangeEventArgs change)
    {
        if (int.TryParse((string?)change.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var kept) && kept is >= 1 and <= 1000)
        {
            await ChangeAsync(settings => settings with { CheckpointsKept = kept });
            await MeasureAsync();
        }
        else
        {
            Toasts.Show("Leave from 1 to 1000 checkpoints of each run.", NoteKind.Warn);
        }
    }

    private async Task FreeAsync(Func<Task<long>> free)
    {
        _busy = true;
        try
        {
            Toasts.Show($"Freed {Figures.Bytes(await free())}.", NoteKind.Good);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Toasts.Show($"Not everything could be removed: {exception.Message}", NoteKind.Bad);
        }

        await MeasureAsync();
        _busy = false;
    }

    private async Task RestoreAsync(DeletedThing thing)
    {
        await Trash.RestoreAsync(thing.Kind, thing.Id, CancellationToken.None);
        Toasts.Show($"{Figures.Brief(thing.Name)} is back.", NoteKind.Good);
        await MeasureAsync();
    }
}
