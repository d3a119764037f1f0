using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Tests.Support;

/// <summary>A tiny model that calls a tool nearly always: every weight of the golden llama, trained for seconds on such calls. Made once.</summary>
internal static class CallingModel
{
    /// <summary>What it calls.</summary>
    public const string Source = "def square(of: int):\n    return of * of";

    private static readonly Lazy<TinyRun> Trained = new(Train);

    /// <summary>The model's folder.</summary>
    public static string Folder => Path.Combine(Trained.Value.Folder, RunFolder.Model);

    private static TinyRun Train()
    {
        using var copy = new ModelCopy("llama");
        copy.ReplaceInConfig("\"max_position_embeddings\": 256", "\"max_position_embeddings\": 512");
        using var tools = ToolBox.Load(Source);
        var run = new TinyRun();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => run.Dispose();
        File.WriteAllLines(run.Specification.Dataset.Path, Enumerable.Range(0, 40).Select(number => Row(number, tools.Definitions)));
        run.Specification = run.Specification with
        {
            Model = copy.Path,
            Lora = null,
            Dataset = run.Specification.Dataset with { HeldOutFraction = 0 },
            Batch = new BatchOptions { Rows = 2, ContextLength = 512 },
            Schedule = new ScheduleOptions { Kind = ScheduleKind.Linear, LearningRate = 5e-3 },
            Duration = new DurationOptions { Steps = 150 },
            Checkpoints = new CheckpointOptions(),
        };
        run.Run();
        return run;
    }

    private static string Row(int number, JsonElement tools)
    {
        var of = number % 10;
        return JsonSerializer.Serialize(new
        {
            messages = new object[]
            {
                new { role = "user", content = $"number {number}?" },
                new { role = "assistant", content = (string?)null, tool_calls = new[] { new { id = "a", type = "function", function = new { name = "square", arguments = $$"""{"of": {{of}}}""" } } } },
                new { role = "tool", tool_call_id = "a", content = $"{of * of}" },
                new { role = "assistant", content = $"it is {of * of}" },
            },
            tools,
        });
    }
}
