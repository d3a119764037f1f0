using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Models;

/// <summary>The library of base models, and the way into it.</summary>
public sealed partial class ModelsPage : IAsyncDisposable
{
    private static readonly TimeSpan RefreshPace = TimeSpan.FromMilliseconds(400);

    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<ModelSummary>? _models;
    private Draft<ModelImportForm>? _draft;

    [Inject]
    public required ModelLibrary Models { get; init; }

    [Inject]
    public required ModelImports Imports { get; init; }

    [Inject]
    public required DraftStore Drafts { get; init; }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _closed.Dispose();
        if (_draft is not null)
        {
            await _draft.DisposeAsync();
        }
    }

    protected override async Task OnInitializedAsync()
    {
        _draft = await Drafts.OpenAsync("models/import", () => new ModelImportForm(), _closed.Token);
        await LoadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = RefreshAsync(_closed.Token);
        }
    }

    private async Task LoadAsync() => _models = await Models.ListAsync(_closed.Token);

    private async Task BeginAsync()
    {
        var (folder, name) = (_draft!.Value.Folder.Trim(), _draft.Value.Name.Trim());
        Imports.Begin(folder, name.Length > 0 ? name : null);
        await _draft.DiscardAsync();
    }

    private async Task RefreshAsync(CancellationToken closed)
    {
        using var timer = new PeriodicTimer(RefreshPace);
        var underWay = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(closed))
            {
                var now = Imports.All.Count(import => import.Result is null);
                if (now == 0 && underWay == 0)
                {
                    continue;
                }

                if (now < underWay && Imports.All.Any(import => import.Result is Result<ModelSummary>.Success))
                {
                    _models = await Models.ListAsync(closed);
                }

                underWay = now;
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was closed; imports go on.
        }
    }
}
