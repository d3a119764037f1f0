using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Verification;

public sealed class TraceReplayTests
{
    public static TheoryData<string, string> Traces
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var model in GoldenModels.Traced.Concat(GoldenModels.TracedSparse))
            {
                data.Add(model, "trace");
            }

            data.Add("llama", "trace_full");
            data.Add("qwen3_moe", "trace_full");
            data.Add("deepseek_v3", "trace_full");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Run_RecordedTraining_RepeatsEveryStep(string name, string trace)
    {
        var steps = new List<TraceStep>();

        var report = TraceReplay.Run(SharedData.Golden("models", name), SharedData.Golden("models", name, trace), steps.Add);

        Assert.Equal(report.Steps, steps);
        Assert.True(report.Passed, $"final {report.FinalDifference:E2}; {string.Join(Environment.NewLine, steps)}");
    }
}
