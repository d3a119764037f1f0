using FineTuneStudio.Application.Graders;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Graders;

/// <summary>Writes and tries tools that a model may call while it answers.</summary>
public sealed partial class ToolEditor : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<UserError> _refusals = [];
    private ToolTrial? _trial;
    private string _call = "";
    private bool _trying;

    [Inject]
    public required ToolTrials Trials { get; init; }

    /// <summary>What the form says; empty for no tools.</summary>
    [Parameter, EditorRequired]
    public string Source { get; set; } = "";

    /// <summary>Name of the dataset whose row is at hand.</summary>
    [Parameter, EditorRequired]
    public string Dataset { get; set; } = "";

    [Parameter]
    public IReadOnlyList<UserError> Errors { get; set; } = [];

    /// <summary>The text is another.</summary>
    [Parameter, EditorRequired]
    public EventCallback<string> Edited { get; set; }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override void OnInitialized() => _call = ToolTemplates.All.FirstOrDefault(template => template.Source == Source)?.Call ?? "";

    private Task TakeAsync(ToolTemplate template)
    {
        _call = template.Call;
        return ChangeAsync(template.Source);
    }

    private Task EditAsync(ChangeEventArgs change) => ChangeAsync((string?)change.Value ?? "");

    private Task ChangeAsync(string source)
    {
        (_trial, _refusals) = (null, []);
        return Edited.InvokeAsync(source);
    }

    private async Task TryAsync()
    {
        (_trying, _trial, _refusals) = (true, null, []);
        try
        {
            var result = await Trials.TryAsync(Source, _call, Dataset, _closed.Token);
            _trial = result is Result<ToolTrial>.Success(var trial) ? trial : null;
            _refusals = result is Result<ToolTrial>.Refused(var errors) ? errors : [];
            _trying = false;
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }
}
