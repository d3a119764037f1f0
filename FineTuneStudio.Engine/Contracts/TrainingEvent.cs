using System.Text.Json.Serialization;
using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>A fact of a run, reported from its own thread; numbers and text only.</summary>
/// <remarks>
/// The same records make up <c>events.jsonl</c> of a run's folder, so what a page shows live is what it shows later. A resumed run
/// continues from its checkpoint's step and rewrites nothing that was before it. <see cref="Working"/> alone is told and not written.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Started), "started")]
[JsonDerivedType(typeof(StepCompleted), "step")]
[JsonDerivedType(typeof(Evaluated), "evaluated")]
[JsonDerivedType(typeof(Rewarded), "rewarded")]
[JsonDerivedType(typeof(Sampled), "sampled")]
[JsonDerivedType(typeof(CheckpointSaved), "checkpoint")]
[JsonDerivedType(typeof(Logged), "log")]
[JsonDerivedType(typeof(Paused), "paused")]
[JsonDerivedType(typeof(Resumed), "resumed")]
[JsonDerivedType(typeof(Ended), "ended")]
public abstract record TrainingEvent
{
    private TrainingEvent()
    {
    }

    /// <summary>When it happened, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The model and data are ready; step <paramref name="Step"/> is done (0, or the checkpoint's).</summary>
    /// <param name="Step">Steps done before.</param>
    /// <param name="TotalSteps">Optimizer steps of the whole run.</param>
    /// <param name="TrainableParameters">Weights that learn.</param>
    /// <param name="ModelParameters">Weights of the base model.</param>
    /// <param name="TrainingRows">Rows learnt from.</param>
    /// <param name="HeldOutRows">Rows held out.</param>
    /// <param name="TrainingTokens">Rendered tokens of one epoch.</param>
    /// <param name="LearntTokens">Tokens of one epoch with weight above zero.</param>
    /// <param name="CutRows">Rows longer than the context.</param>
    public sealed record Started(
        int Step, int TotalSteps, long TrainableParameters, long ModelParameters, int TrainingRows, int HeldOutRows,
        long TrainingTokens, long LearntTokens, int CutRows) : TrainingEvent
    {
        /// <summary>Where the run computes, e.g. <c>cpu</c> or <c>cuda:0 (NVIDIA H100)</c>.</summary>
        public string Device { get; init; } = "";
    }

    /// <summary>What the run is busy with: true until anything else is told, and so no line of <c>events.jsonl</c>.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Activity">What it does.</param>
    /// <param name="Done">How much of it is done, in the activity's own unit.</param>
    /// <param name="Total">How much of it there is; 0 where that is not known.</param>
    public sealed record Working(int Step, RunActivity Activity, long Done = 0, long Total = 0) : TrainingEvent;

    /// <summary>An optimizer step is done.</summary>
    /// <param name="Step">Number of the step, from 1.</param>
    /// <param name="Epoch">Passes over the data so far, as a fraction.</param>
    /// <param name="Loss">Mean loss over the step's learnt tokens, in nats per token.</param>
    /// <param name="LearningRate">Rate this step used.</param>
    /// <param name="GradientNorm">Norm over all trainable weights, before clipping.</param>
    /// <param name="Tokens">Rendered tokens of the step.</param>
    /// <param name="LearntTokens">Tokens of the step with weight above zero.</param>
    /// <param name="Seconds">Time the step took.</param>
    /// <param name="ResidentBytes">Memory of the process after the step.</param>
    public sealed record StepCompleted(
        int Step, double Epoch, double Loss, double LearningRate, double GradientNorm, int Tokens, int LearntTokens,
        double Seconds, long ResidentBytes) : TrainingEvent
    {
        /// <summary>Most bytes that tensors took of the GPU's memory during the step; absent where the run is in main memory.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? DevicePeakBytes { get; init; }

        /// <summary>
        /// How evenly the step's tokens used the experts: as many as a token chooses where all are used alike, more where they are not;
        /// <see langword="null"/> where the loss has no part for it.
        /// </summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public double? ExpertBalance { get; init; }

        /// <summary>What a reinforcement run shows of the step; <see langword="null"/> for others.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ReinforcementFigures? Reinforcement { get; init; }

        /// <summary>Rendered tokens in a second.</summary>
        [JsonIgnore]
        public double TokensPerSecond => Seconds > 0 ? Tokens / Seconds : 0;
    }

    /// <summary>The held-out rows were scored after step <paramref name="Step"/>.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Loss">Mean held-out loss over learnt tokens, in nats per token.</param>
    /// <param name="Seconds">Time it took.</param>
    public sealed record Evaluated(int Step, double Loss, double Seconds) : TrainingEvent;

    /// <summary>The held-out prompts were answered after step <paramref name="Step"/>, each once and greedily, and graded.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Reward">Mean score of the answers that could be graded.</param>
    /// <param name="GraderErrors">Answers that could not.</param>
    /// <param name="AnswerTokens">Mean tokens of an answer.</param>
    /// <param name="CutShare">Share of answers cut at the limit.</param>
    /// <param name="Seconds">Time it took.</param>
    public sealed record Rewarded(int Step, double Reward, int GraderErrors, double AnswerTokens, double CutShare, double Seconds) : TrainingEvent;

    /// <summary>A held-out prompt was answered after step <paramref name="Step"/>, greedily.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Row">Index of the held-out row.</param>
    /// <param name="Prompt">The prompt as the person wrote it (the last user turn).</param>
    /// <param name="Expected">The dataset's answer.</param>
    /// <param name="Answer">The model's answer.</param>
    public sealed record Sampled(int Step, int Row, string Prompt, string Expected, string Answer) : TrainingEvent
    {
        /// <summary>The answer's score; <see langword="null"/> where nothing grades it, or it could not be graded.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public double? Score { get; init; }

        /// <summary>Why it has this score, or none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Reason { get; init; }
    }

    /// <summary>The whole state after step <paramref name="Step"/> is safe on disk.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Name">Folder under <c>checkpoints/</c>.</param>
    /// <param name="Bytes">Size on disk.</param>
    /// <param name="Best">Lowest held-out loss so far, or highest held-out reward.</param>
    public sealed record CheckpointSaved(int Step, string Name, long Bytes, bool Best) : TrainingEvent;

    /// <summary>Something worth reading.</summary>
    public sealed record Logged(int Step, LogSeverity Severity, string Message) : TrainingEvent;

    /// <summary>The run stands still: at a person's wish with its state on disk, or because the disk is full.</summary>
    /// <param name="Step">Steps done; all of them are in memory, whatever the disk holds.</param>
    /// <param name="Message">Why it cannot go on and what to do, or empty where a person wished it.</param>
    public sealed record Paused(int Step, string Message = "") : TrainingEvent;

    /// <summary>The run goes on.</summary>
    public sealed record Resumed(int Step) : TrainingEvent;

    /// <summary>The run is over.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Reason">Why it ended.</param>
    /// <param name="Message">What a person should know, or empty.</param>
    /// <param name="HeldOutLoss">Last held-out loss, where there is one.</param>
    public sealed record Ended(int Step, EndReason Reason, string Message, double? HeldOutLoss) : TrainingEvent
    {
        /// <summary>Last held-out reward, where there is one.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public double? HeldOutReward { get; init; }
    }
}
