using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Models;

public sealed partial class ModelsPage : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<ModelSummary>? _models;
    private IReadOnlyList<UserError> _errors = [];
    private string _folder = "";
    private string _name = "";
    private bool _importing;

    [Inject]
    public required ModelLibrary Models { get; init; }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync() => _models = await Models.ListAsync(_closed.Token);

    private async Task ImportAsync()
    {
        _importing = true;
        switch (await Models.ImportAsync(_folder.Trim(), _name.Trim().Length > 0 ? _name : null, _closed.Token))
        {
            case Result<ModelSummary>.Success:
                (_folder, _name, _errors) = ("", "", []);
                break;
            case Result<ModelSummary>.Refused(var errors):
                _errors = errors;
                break;
        }

        _importing = false;
        await LoadAsync();
    }
}
