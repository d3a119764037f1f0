using System.Globalization;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>Rows of a dataset, one at a time, as any model of the library sees them. Which row and model stand in the address.</summary>
public sealed partial class RowBrowser : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<ModelSummary> _models = [];
    private IReadOnlyList<UserError> _errors = [];
    private RowView? _view;
    private string _model = "";

    [Inject]
    public required ModelLibrary Models { get; init; }

    [Inject]
    public required DatasetPreview Preview { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter, EditorRequired]
    public Guid DatasetId { get; set; }

    [Parameter]
    public int Row { get; set; }

    [Parameter]
    public string? Model { get; set; }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (!RendererInfo.IsInteractive)
        {
            // The first look at a large file takes seconds; the page does not wait for it.
            return;
        }

        _models = await Models.ListAsync(_closed.Token);
        if (_models.Count == 0)
        {
            _errors = [new("", "There is no model in the library to render rows with. Import one: ./studio model import PATH")];
            return;
        }

        _model = _models.FirstOrDefault(model => model.Name == Model)?.Name ?? _models[0].Name;
        switch (await Preview.ShowAsync(DatasetId, _model, Row, _closed.Token))
        {
            case Result<RowView>.Success(var view):
                (_view, _errors) = (view, []);
                break;
            case Result<RowView>.Refused(var errors):
                _errors = errors;
                break;
        }
    }

    private void Go(int row) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["row"] = row, ["model"] = _model }), replace: true);

    private void Jump(ChangeEventArgs change)
    {
        if (int.TryParse((string?)change.Value, CultureInfo.InvariantCulture, out var number))
        {
            Go(Math.Clamp(number, 1, _view?.Rows ?? 1) - 1);
        }
    }

    private void ChooseModel(ChangeEventArgs change)
    {
        _model = (string)change.Value!;
        Go(_view?.Row ?? 0);
    }
}
