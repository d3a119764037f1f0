using System.Globalization;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>One row: as a conversation, as the text that the model's template makes of it, and token by token.</summary>
public sealed partial class RowDetail : IDisposable
{
    private static readonly IReadOnlyList<string> Tabs = ["Conversation", "Text", "Tokens"];

    private CancellationTokenSource _reading = new();
    private RowView? _view;
    private IReadOnlyList<UserError> _errors = [];
    private (int Row, string Model)? _shown;

    [Inject]
    public required DatasetBrowser Browser { get; init; }

    [Parameter, EditorRequired]
    public OpenDataset Dataset { get; set; } = null!;

    /// <summary>Number among all rows, from 0.</summary>
    [Parameter, EditorRequired]
    public int Row { get; set; }

    /// <summary>Rows in all.</summary>
    [Parameter, EditorRequired]
    public int Rows { get; set; }

    [Parameter]
    public RowViewKind View { get; set; }

    /// <summary>The model that the row is seen through; empty where there is none.</summary>
    [Parameter, EditorRequired]
    public string Model { get; set; } = "";

    /// <summary>Most tokens of a sequence.</summary>
    [Parameter, EditorRequired]
    public int Context { get; set; }

    [Parameter]
    public bool CanGoBack { get; set; }

    [Parameter]
    public bool CanGoOn { get; set; }

    /// <summary>To the row before (-1) or after (1) in the list.</summary>
    [Parameter]
    public EventCallback<int> Go { get; set; }

    /// <summary>To a row by its number, from 0.</summary>
    [Parameter]
    public EventCallback<int> Jump { get; set; }

    [Parameter]
    public EventCallback<RowViewKind> ViewChanged { get; set; }

    public void Dispose()
    {
        _reading.Cancel();
        _reading.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == (Row, Model))
        {
            return;
        }

        _shown = (Row, Model);
        await _reading.CancelAsync();
        _reading.Dispose();
        _reading = new CancellationTokenSource();
        var stopped = _reading.Token;
        try
        {
            var result = await Browser.ShowAsync(Dataset, Math.Clamp(Row, 0, Math.Max(0, Rows - 1)), Model, stopped);
            if (!stopped.IsCancellationRequested)
            {
                (_view, _errors) = result switch
                {
                    Result<RowView>.Success(var view) => (view, (IReadOnlyList<UserError>)[]),
                    Result<RowView>.Refused(var errors) => (null, errors),
                    var other => throw new InvalidOperationException($"Unknown result {other}."),
                };
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Another row is looked at meanwhile.
        }
    }

    private async Task JumpAsync(ChangeEventArgs change)
    {
        if (int.TryParse((string?)change.Value, NumberStyles.Integer | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number))
        {
            await Jump.InvokeAsync(Math.Clamp(number, 1, Math.Max(1, Rows)) - 1);
        }
    }
}
