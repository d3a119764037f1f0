using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Adapters;

/// <summary>The way into the library for adapters that were made elsewhere.</summary>
public sealed partial class AdapterImportCard : IAsyncDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private Draft<AdapterImportForm>? _draft;
    private IReadOnlyList<ModelSummary> _models = [];
    private IReadOnlyList<UserError> _errors = [];
    private bool _isImporting;

    [Inject]
    public required AdapterImporter Importer { get; init; }

    [Inject]
    public required ModelLibrary Models { get; init; }

    [Inject]
    public required DraftStore Drafts { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    private string UploadAddress
        => $"api/adapters?model={Uri.EscapeDataString(_draft?.Value.Model ?? "")}&called={Uri.EscapeDataString(_draft?.Value.Name ?? "")}";

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
        _models = await Models.ListAsync(_closed.Token);
        _draft = await Drafts.OpenAsync("adapters/import", () => new AdapterImportForm(), _closed.Token);
    }

    private async Task ImportAsync()
    {
        var (place, model, name) = (_draft!.Value.Place.Trim(), _draft.Value.Model, _draft.Value.Name.Trim());
        (_isImporting, _errors) = (true, place.Length > 0 ? [] : [new UserError("", "Name a folder or a zip, or drop a zip below.")]);
        var result = place.Length == 0 ? null : await Importer.ImportAsync(place, model.Length > 0 ? model : null, name.Length > 0 ? name : null, _closed.Token);
        _isImporting = false;
        switch (result)
        {
            case Result<AdapterSummary>.Success(var adapter):
                await OpenAsync(adapter.Id);
                break;
            case Result<AdapterSummary>.Refused(var errors):
                _errors = errors;
                break;
        }
    }

    private Task Open(Guid adapter) => OpenAsync(adapter);

    private async Task OpenAsync(Guid adapter)
    {
        await _draft!.DiscardAsync();
        Navigation.NavigateTo($"/adapters/{adapter}");
    }
}
