using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>Rows of a dataset: listed, filtered, searched as the results come, and opened.</summary>
public sealed partial class RowExplorer : IDisposable
{
    /// <summary>A search begins when a person has stopped typing.</summary>
    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Results are shown at most so often.</summary>
    private static readonly TimeSpan ShowingPace = TimeSpan.FromMilliseconds(150);

    private CancellationTokenSource _working = new();
    private CancellationTokenSource _typing = new();
    private object _source = new();
    private (RowFilter Filter, bool LongestFirst, string Search, int Context, LengthMeasurement? Lengths, bool Measured)? _shown;
    private int[]? _numbers;
    private string _typed = "";
    private string _search = "";
    private string _fault = "";
    private int _searched;
    private bool _searching;
    private bool _selecting;
    private bool _listed;

    [Parameter, EditorRequired]
    public OpenDataset Dataset { get; set; } = null!;

    [Parameter, EditorRequired]
    public DatasetReport Report { get; set; } = null!;

    /// <summary>What is looked at.</summary>
    [Parameter, EditorRequired]
    public RowQuery Query { get; set; } = null!;

    /// <summary>A person wants to look at something else.</summary>
    [Parameter, EditorRequired]
    public EventCallback<RowQuery> QueryChanged { get; set; }

    /// <summary>The model that rows are seen through.</summary>
    [Parameter, EditorRequired]
    public string Model { get; set; } = "";

    /// <summary>Most tokens of a sequence.</summary>
    [Parameter, EditorRequired]
    public int Context { get; set; }

    [Parameter]
    public LengthMeasurement? Lengths { get; set; }

    private int Count => _numbers?.Length ?? (_search.Length > 0 ? 0 : Dataset.Count);

    private int FirstRow => _numbers is [var first, ..] ? first : 0;

    /// <summary>Where the opened row stands in the list; -1 where it does not.</summary>
    private int Selected => _numbers is null ? Query.Row ?? 0 : Array.IndexOf(_numbers, Query.Row ?? FirstRow);

    private IEnumerable<(RowFilter Filter, string Label, long? Count)> Filters
    {
        get
        {
            yield return (RowFilter.All, "All", Dataset.Count);
            if (Report.FaultCounts.Count > 0 || Query.Filter == RowFilter.Faulty)
            {
                yield return (RowFilter.Faulty, "Faulty", Dataset.FaultyCount);
            }

            yield return (RowFilter.TooLong, "Too long", Lengths?.At(Context)?.RowsCut);
            if (Report.RowsWithTools > 0 || Query.Filter == RowFilter.Tools)
            {
                yield return (RowFilter.Tools, "With tools", Report.RowsWithTools);
            }
        }
    }

    private string CountText => (_searching, _search.Length > 0) switch
    {
        (true, _) => $"{Figures.Count(Count)} found, {Figures.Percent((double)_searched / Math.Max(1, Dataset.Count))} searched",
        (_, true) => Figures.Count(Count, "row says", "rows say") + " it",
        _ => Figures.Count(Count, "row"),
    };

    private string NothingText => (_search.Length > 0, Query.Filter) switch
    {
        (true, RowFilter.All) => "No row says that.",
        (true, _) => "None of these rows says that.",
        (_, RowFilter.Faulty) => "No row is faulty.",
        (_, RowFilter.TooLong) => Lengths is { State: LengthState.Done } ? "Every row fits into the context." : "No row that is measured so far is too long.",
        (_, RowFilter.Tools) => "No row defines tools.",
        _ => "There are no rows.",
    };

    public void Dispose()
    {
        _working.Cancel();
        _working.Dispose();
        _typing.Cancel();
        _typing.Dispose();
    }

    protected override void OnParametersSet()
    {
        var measured = Lengths?.State == LengthState.Done;
        var dependsOnLengths = Query.LongestFirst || Query.Filter == RowFilter.TooLong;
        var wanted = (
            Query.Filter, Query.LongestFirst, Query.Search, Query.Filter == RowFilter.TooLong ? Context : 0,
            dependsOnLengths ? Lengths : null, dependsOnLengths && measured);
        if (_shown != wanted)
        {
            // A person who is typing is not corrected by the address.
            _typed = _shown?.Search == Query.Search ? _typed : Query.Search;
            _shown = wanted;
            _ = ShowAsync();
        }
    }

    private async Task ShowAsync()
    {
        await _working.CancelAsync();
        _working.Dispose();
        _working = new CancellationTokenSource();
        var stopped = _working.Token;
        (_fault, _search, _searched, _selecting) = ("", Query.Search, 0, true);
        try
        {
            var (query, context, lengths) = (Query, Context, Lengths);
            var chosen = await Task.Run(() => Dataset.Select(query.Filter, query.LongestFirst, context, lengths), stopped);
            stopped.ThrowIfCancellationRequested();
            (_selecting, _listed) = (false, true);
            if (query.Search.Length == 0)
            {
                (_numbers, _searching, _source) = (chosen, false, new object());
                StateHasChanged();
                return;
            }

            await SearchAsync(query, chosen, lengths, stopped);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Something else is looked at meanwhile, or a person has seen enough.
        }
        catch (UserErrorException exception)
        {
            (_fault, _searching, _selecting) = (exception.Message, false, false);
            StateHasChanged();
        }
    }

    private async Task SearchAsync(RowQuery query, int[]? chosen, LengthMeasurement? lengths, CancellationToken stopped)
    {
        var found = new List<int>();
        var lastShown = TimeProvider.System.GetTimestamp();
        (_numbers, _searching, _source) = ([], true, new object());
        StateHasChanged();
        await foreach (var state in Dataset.SearchAsync(query.Search, chosen, stopped))
        {
            stopped.ThrowIfCancellationRequested();
            found.AddRange(state.Found);
            _searched = state.Searched;
            if (TimeProvider.System.GetElapsedTime(lastShown) > ShowingPace)
            {
                lastShown = TimeProvider.System.GetTimestamp();
                Found(query, found, lengths);
            }
        }

        _searching = false;
        Found(query, found, lengths);
    }

    private void Found(RowQuery query, List<int> found, LengthMeasurement? lengths)
    {
        var numbers = found.ToArray();
        if (query.LongestFirst)
        {
            Dataset.SortByLength(numbers, lengths);
            _source = new object();
        }

        _numbers = numbers;
        StateHasChanged();
    }

    private void StopSearch()
    {
        _working.Cancel();
        _searching = false;
    }

    private IReadOnlyList<RowLine> Lines(int first, int count)
    {
        var numbers = _numbers;
        var wanted = Enumerable.Range(first, count);
        return Dataset.Lines([.. numbers is null ? wanted : wanted.Where(place => place < numbers.Length).Select(place => numbers[place])], Lengths, _search);
    }

    private async Task TypeAsync(ChangeEventArgs change)
    {
        _typed = (string?)change.Value ?? "";
        await _typing.CancelAsync();
        _typing.Dispose();
        _typing = new CancellationTokenSource();
        var stopped = _typing.Token;
        try
        {
            await Task.Delay(TypingPause, stopped);
            await AskAsync(Query with { Search = _typed, Row = null });
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // More was typed.
        }
    }

    private Task SelectAsync(int position) => AskAsync(Query with { Row = _numbers is null ? position : _numbers[position] });

    private Task AskAsync(RowQuery query) => QueryChanged.InvokeAsync(query);
}
