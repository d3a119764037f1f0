using System.Text.Json;

namespace FineTuneStudio.Commands.Benches;

/// <summary>llama.cpp: reads what the studio exports, and is what decoding is measured against.</summary>
internal sealed class LlamaPeer(NodePeer node)
{
    private const int MeasuredThreads = 2;

    // Its threads wait for each other by spinning, which crawls on a machine that runs tests side by side.
    private const int AnsweringThreads = 1;

    /// <summary>The figure that says so where llama.cpp cannot be had.</summary>
    public static BenchFigure Absent { get; } = new("llama.cpp is not here: nothing to compare with", 0, "", null, null);

    /// <summary>llama.cpp, or <c>null</c> where it cannot be had.</summary>
    public static LlamaPeer? Find() => NodePeer.Find("llama-peer") is { } node ? new LlamaPeer(node) : null;

    /// <summary>The ids of each text by the file's vocabulary, special tokens found and none added; <c>null</c> where llama.cpp does not load it.</summary>
    public int[][]? Tokenize(string path, IReadOnlyList<string> texts)
        => Run(new { model = path, texts })?.GetProperty("texts").EnumerateArray().Select(Numbers).ToArray();

    /// <summary>The likeliest tokens after each prompt, one by one, and the scores of the first; <c>null</c> where llama.cpp does not load the files.</summary>
    /// <param name="path">The model.</param>
    /// <param name="adapter">An adapter beside it, or <c>null</c>.</param>
    /// <param name="prompts">Ids.</param>
    /// <param name="tokens">How many.</param>
    public LlamaAnswer[]? Answer(string path, string? adapter, IReadOnlyList<int[]> prompts, int tokens)
    {
        if (Run(new { model = path, adapter, threads = AnsweringThreads, prompts, tokens, logits = true }) is not { } result)
        {
            return null;
        }

        var greedy = result.GetProperty("greedy").EnumerateArray().Select(Numbers);
        var logits = result.GetProperty("logits").EnumerateArray().Select(list => list.EnumerateArray().Select(logit => logit.GetDouble()).ToArray());
        return [.. greedy.Zip(logits, (ids, scores) => new LlamaAnswer(ids, scores))];
    }

    /// <summary>Seconds of each decoding step, all rows together; <c>null</c> where llama.cpp does not load the file.</summary>
    public double[]? Measure(string path, int rows, int prompt, int steps)
        => Run(new { model = path, threads = MeasuredThreads, bench = new { rows, prompt, steps } })?.GetProperty("seconds").EnumerateArray().Select(seconds => seconds.GetDouble()).ToArray();

    /// <summary>Seconds of decoding so many answers of so many tokens to each prompt; <c>null</c> where llama.cpp does not load the file or hold so many rows.</summary>
    /// <param name="path">The model.</param>
    /// <param name="prompts">Ids.</param>
    /// <param name="answers">To each prompt.</param>
    /// <param name="tokens">Of each answer.</param>
    /// <param name="atOnce">Answers that are decoded together.</param>
    public double? Draw(string path, IReadOnlyList<int[]> prompts, int answers, int tokens, int atOnce)
        => Run(new { model = path, threads = MeasuredThreads, draw = new { prompts, answers, tokens, atOnce } })?.GetProperty("drawing").GetDouble();

    private static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];

    private JsonElement? Run(object request) => node.Run("llama.mjs", [], JsonSerializer.Serialize(request)) is { } output ? JsonElement.Parse(output) : null;
}
