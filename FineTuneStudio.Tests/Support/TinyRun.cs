using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Tests.Support;

/// <summary>A run of seconds: the golden llama model on forty short questions.</summary>
internal sealed class TinyRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyRun()
    {
        var rows = Enumerable.Range(0, 40).Select(number => JsonSerializer.Serialize(new
        {
            messages = new[]
            {
                new { role = "user", content = $"number {number}?" },
                new { role = "assistant", content = $"the answer is {number * number}" },
            },
        }));
        _folder.Write("data.jsonl", string.Join('\n', rows));
        Specification = new RunSpecification
        {
            Name = "tiny",
            Model = SharedData.Golden("models", "llama"),
            Dataset = new DatasetOptions { Path = _folder.At("data.jsonl"), HeldOutFraction = 0.1 },
            Lora = new LoraOptions { Rank = 4, Dropout = 0.1 },
            Batch = new BatchOptions { Rows = 2, ContextLength = 64 },
            Schedule = new ScheduleOptions { LearningRate = 5e-3 },
            Duration = new DurationOptions { Steps = 12 },
            Evaluation = new EvaluationOptions { EverySteps = 6, Samples = 1, SampleTokens = 4 },
            Checkpoints = new CheckpointOptions { EverySteps = 2, Keep = 2 },
            Precision = Precision.Fp32,
        };
    }

    public RunSpecification Specification { get; set; }

    /// <summary>The same questions, learnt by reinforcement: the shorter an answer, the better.</summary>
    public static TinyRun Rft(Func<ReinforcementOptions, ReinforcementOptions>? change = null)
    {
        var run = new TinyRun();
        var options = new ReinforcementOptions
        {
            Grader = new GraderDefinition("""{"type":"length","name":"short","max":4,"margin":20}"""),
            Prompts = 4,
            Answers = 4,
            AnswerTokens = 8,
        };
        run.Specification = run.Specification with { Method = TrainingMethod.Rft, Reinforcement = change?.Invoke(options) ?? options };
        return run;
    }

    /// <summary>The same by a model that calls a tool, whose answers are of two turns.</summary>
    public static TinyRun Tools(Func<ReinforcementOptions, ReinforcementOptions>? change = null)
    {
        var run = Rft(options => options with { AnswerTokens = 64, Tools = new ToolOptions { Source = CallingModel.Source, Turns = 2 } });
        run.Specification = run.Specification with
        {
            Model = CallingModel.Folder,
            Batch = run.Specification.Batch with { ContextLength = 512 },
            Reinforcement = change?.Invoke(run.Specification.Reinforcement!) ?? run.Specification.Reinforcement,
        };
        return run;
    }

    /// <summary>What the newest run was busy with, in order.</summary>
    public List<TrainingEvent.Working> Activities { get; } = [];

    public string Folder => _folder.At("run");

    public string At(string name) => _folder.At(name);

    /// <summary>Runs on a thread of its own, as the studio does, and gives every event that is written down.</summary>
    public List<TrainingEvent> Run(Action<TrainingEvent, RunControl, CancellationTokenSource>? onEvent = null, string? folder = null)
    {
        var events = new List<TrainingEvent>();
        Activities.Clear();
        using var control = new RunControl();
        using var cancellation = new CancellationTokenSource();
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                TrainingRun.Run(
                    Specification, folder ?? Folder, control,
                    trainingEvent =>
                    {
                        if (trainingEvent is TrainingEvent.Working working)
                        {
                            Activities.Add(working);
                            return;
                        }

                        events.Add(trainingEvent);
                        onEvent?.Invoke(trainingEvent, control, cancellation);
                    },
                    cancellation.Token);
            }
            catch (Exception exception)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return events;
    }

    /// <summary>The bytes of what was learnt.</summary>
    public byte[] Adapter(string? folder = null) => File.ReadAllBytes(Path.Combine(folder ?? Folder, RunFolder.Adapter, "adapter_model.safetensors"));

    public void Dispose() => _folder.Dispose();
}
