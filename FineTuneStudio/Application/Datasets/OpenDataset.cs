using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Datasets.Search;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Application.Datasets;

/// <summary>A dataset that a page looks into: rows by number, filtered, searched, opened. Held open until it is disposed.</summary>
public sealed class OpenDataset : IDisposable
{
    private const int RawLength = 20_000;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly DatasetLease _lease;

    internal OpenDataset(DatasetLease lease)
    {
        _lease = lease;
        FaultyCount = Enumerable.Range(0, Count).Count(number => _lease.Rows.Place(number).IsFaulty);
    }

    /// <summary>Rows, good and bad.</summary>
    public int Count => _lease.Rows.Count;

    /// <summary>Rows with an error or a warning.</summary>
    public int FaultyCount { get; }

    private bool IsOfPrompts => _lease.Index.Report.Method == TrainingMethod.Rft;

    /// <inheritdoc/>
    public void Dispose() => _lease.Dispose();

    /// <summary>The row that a line of the file belongs to, as a number among all rows.</summary>
    public int NumberOfLine(long line) => _lease.Rows.NumberOfLine(line);

    /// <summary>Rows as lines of a list.</summary>
    /// <param name="numbers">Numbers among all rows.</param>
    /// <param name="lengths">For their lengths; <see langword="null"/> leaves them out.</param>
    /// <param name="searched">What was searched for, or empty.</param>
    public IReadOnlyList<RowLine> Lines(IReadOnlyList<int> numbers, LengthMeasurement? lengths, string searched)
        => [.. numbers.Select(number => RowLines.Of(_lease.Rows, number, TokensOf(number, lengths), searched))];

    /// <summary>Numbers of the rows that a filter lets through; <see langword="null"/> for all of them in the order of the file.</summary>
    /// <param name="filter">Which rows.</param>
    /// <param name="longestFirst">From the longest to the shortest, those of unknown length at the end, instead of the order of the file.</param>
    /// <param name="context">For <see cref="RowFilter.TooLong"/>: most tokens.</param>
    /// <param name="lengths">For lengths; rows that are not measured yet count as short.</param>
    public int[]? Select(RowFilter filter, bool longestFirst, int context, LengthMeasurement? lengths)
    {
        if (filter == RowFilter.All && !longestFirst)
        {
            return null;
        }

        var chosen = Enumerable.Range(0, Count).Where(number => Passes(number, filter, context, lengths)).ToArray();
        if (longestFirst)
        {
            SortByLength(chosen, lengths);
        }

        return chosen;
    }

    /// <summary>Brings rows into the order of their length, longest first; equal ones stay as they are.</summary>
    public void SortByLength(int[] numbers, LengthMeasurement? lengths)
    {
        var keys = Array.ConvertAll(numbers, number => ((long)-(TokensOf(number, lengths) ?? -1) << 32) + number);
        Array.Sort(keys, numbers);
    }

    /// <summary>Searches rows; results come as they are found.</summary>
    /// <param name="text">A substring, letters of either case.</param>
    /// <param name="among">Rows to look at; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async IAsyncEnumerable<RowSearchState> SearchAsync(string text, int[]? among, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var states = Channel.CreateUnbounded<RowSearchState>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var chosen = among is null ? null : new HashSet<int>(among);
        _ = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    RowSearch.Run(
                        _lease.Rows, text, chosen is null ? null : chosen.Contains, Math.Max(1, Environment.ProcessorCount / 2),
                        progress => states.Writer.TryWrite(new RowSearchState(progress.Searched, progress.Rows, progress.Found)), cancellationToken);
                    states.Writer.Complete();
                }
#pragma warning disable CA1031 // Thrown on to whoever reads the results.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    states.Writer.Complete(exception);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await foreach (var state in states.Reader.ReadAllAsync(cancellationToken))
        {
            yield return state;
        }
    }

    internal RowView Show(int number, Renderer renderer)
    {
        var place = _lease.Rows.Place(number);
        var raw = Encoding.UTF8.GetString(_lease.Rows.ReadRaw(number));
        var view = new RowView
        {
            Number = number,
            Line = place.Line,
            IsBad = place.Good is null,
            Faults = _lease.Rows.FaultsOf(number),
            Raw = raw.Length > RawLength ? raw[..RawLength] + "…" : raw,
        };
        return place.Good is not { } good ? view
            : IsOfPrompts ? Rendered(view with { IsPrompt = true, Fields = PromptFields.Of(_lease.Index.ReadItem(good)) }, _lease.Index.Read(good), renderer)
            : Rendered(view, _lease.Index.Read(good), renderer);
    }

    private static RowView Rendered(RowView view, DatasetRow row, Renderer renderer)
    {
        view = view with
        {
            Messages = [.. ConversationText.Of(row.Conversation).Select((message, at) => new MessageView(
                message.Role, message.Text, message.Reasoning, [.. message.Calls.Select(call => new ToolCallView(call.Name, Indent(call.Arguments)))],
                view.IsPrompt ? 0 : row.LearnWeights[at]))],
            Tools = [.. ToolNames(row.Conversation)],
        };
        try
        {
            // A prompt goes up to where the answer begins, as a run by reward has it answered.
            var rendered = view.IsPrompt ? renderer.RenderPrompt(row.ToPrompt()) : renderer.RenderConversation(row.Conversation, row.LearnWeights);
            return view with { Rendered = new RenderedView(rendered, renderer) };
        }
        catch (UserErrorException exception)
        {
            return view with { Refusal = exception.Message };
        }
    }

    private static IEnumerable<string> ToolNames(Conversation conversation)
        => conversation.Tools is { } tools
            ? tools.EnumerateArray().Select(tool => tool.TryGetProperty("function", out var function) && function.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "")
            : [];

    private static string Indent(string json)
    {
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(json), Indented);
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private bool Passes(int number, RowFilter filter, int context, LengthMeasurement? lengths) => filter switch
    {
        RowFilter.Faulty => _lease.Rows.Place(number).IsFaulty,
        RowFilter.Tools => (_lease.Rows.Place(number).Traits & RowTraits.Tools) != 0,
        RowFilter.TooLong => TokensOf(number, lengths) > (IsOfPrompts ? context - 1 : context),
        _ => true,
    };

    private int? TokensOf(int number, LengthMeasurement? lengths)
        => lengths?.Lengths is { } measured && _lease.Rows.Place(number).Good is { } good && good < measured.Known ? measured.TokensOf(good) : null;
}
