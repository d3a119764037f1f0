using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Optimizers;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>One optimizer step on answers: policy loss and gradients of its micro-batches, then the update.</summary>
/// <remarks>
/// The loss is a function of the log-probabilities of the drawn tokens alone. Its gradient by each of them is computed first, from log-probabilities that
/// nothing is recorded of. Where the head is frozen, that is the weight of the token's slope by its hidden state, which came with the log-probability;
/// where the head learns, it is the weight of the token in the chunked cross-entropy, whose gradient it becomes, and the logits are computed a second
/// time. So the logits of all tokens never exist at once, whatever the loss is.
/// </remarks>
internal sealed class PolicyStep
{
    private readonly CausalModel _model;
    private readonly WeightUpdate _update;
    private readonly LossScale? _lossScale;
    private readonly PolicyLossOptions _loss;
    private readonly double _temperature;
    private readonly bool _checkpointing;

    /// <summary>Takes what it moves; all of it stays its owner's.</summary>
    /// <param name="model">With its adapter, where one learns.</param>
    /// <param name="update">Over what learns.</param>
    /// <param name="lossScale">For gradients in fp16; <see langword="null"/> otherwise.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="temperature">That answers were drawn with.</param>
    /// <param name="checkpointing">Recompute layers in the backward pass.</param>
    public PolicyStep(CausalModel model, WeightUpdate update, LossScale? lossScale, PolicyLossOptions loss, double temperature, bool checkpointing)
    {
        _model = model;
        _update = update;
        _lossScale = lossScale;
        _loss = loss;
        _temperature = temperature;
        _checkpointing = checkpointing;
    }

    /// <summary>The step of a run.</summary>
    /// <param name="specification">By the method rft.</param>
    /// <param name="trainee">What learns.</param>
    /// <param name="lossScale">For gradients in fp16; <see langword="null"/> otherwise.</param>
    /// <param name="reference">Of the same run; stays its owner's.</param>
    public static PolicyStep Of(RunSpecification specification, Trainee trainee, LossScale? lossScale, ReferencePolicy? reference)
    {
        var options = specification.Reinforcement!;
        var update = new WeightUpdate(trainee.Parameters, trainee.Optimizer, lossScale, specification.Optimizer.ClipNorm);
        return new PolicyStep(trainee.Model, update, lossScale, options.Loss(), options.Temperature, specification.GradientCheckpointing)
        {
            Reference = reference?.Model,
            BalanceWeight = Training.BalanceWeight.Of(specification, trainee.Model.Config),
        };
    }

    /// <summary>The model of the beginning, where the loss has a KL term.</summary>
    public CausalModel? Reference { get; init; }

    /// <summary>Factor on the balance of experts in what is learnt; 0 leaves it out.</summary>
    public double BalanceWeight { get; init; }

    /// <summary>Learns from answers.</summary>
    /// <param name="microBatches">Answers of each forward pass.</param>
    /// <param name="learningRate">The schedule's rate.</param>
    /// <param name="dropout">A micro-batch's random stream, by its number; disposed after it.</param>
    /// <param name="cancellationToken">Looked at between micro-batches; the weights are then those of before.</param>
    public PolicyOutcome Run(
        IReadOnlyList<IReadOnlyList<PolicyAnswer>> microBatches, double learningRate, Func<int, RandomGenerator?> dropout, CancellationToken cancellationToken)
    {
        using var scope = TensorScope.Enter();
        var all = microBatches.SelectMany(answers => answers).ToList();
        var step = new StepSize(all.Count, all.Where(answer => answer.Learnt).Sum(answer => answer.Count));
        var (loss, entropy, balance, figures) = (0.0, 0.0, 0.0, new List<(PolicyFigures Figures, int Answers, int Tokens)>());
        var isFirst = all.TrueForAll(answer => answer.Old is null);
        try
        {
            for (var index = 0; index < microBatches.Count; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var stream = dropout(index);
                using var inner = TensorScope.Enter();
                if (microBatches[index].Where(answer => answer.Learnt).ToList() is { Count: > 0 } learnt)
                {
                    var part = Gather(microBatches[index], learnt, step, stream);
                    loss += part.Loss;
                    entropy += part.Entropy;
                    balance += part.Balance;
                    figures.Add((part.Figures, learnt.Count, learnt.Sum(answer => answer.Count)));
                }
            }

            var (norm, end) = _update.Apply(loss, learningRate);
            all.ForEach(answer => answer.Old ??= answer.New);
            return new(loss, norm, end, PolicyFigures.Join(figures), step.Tokens == 0 ? 0 : entropy / step.Tokens, isFirst ? Gap(all) : null)
            {
                ExpertBalance = BalanceWeight > 0 ? balance : null,
            };
        }
        finally
        {
            _update.Clear();
        }
    }

    private (double Loss, double Entropy, double Balance, PolicyFigures Figures) Gather(IReadOnlyList<PolicyAnswer> answers, List<PolicyAnswer> learnt, StepSize step, RandomGenerator? dropout)
    {
        using var tokens = new PolicyTokens(learnt, _model);
        var head = _model.Head;
        using var balance = BalanceWeight > 0 ? new LoadBalance() : null;
        var hidden = _model.Hidden(tokens.Batch, tokens.Context(dropout, _checkpointing, balance)).IndexSelect(0, tokens.Positions);   // [N, D]

        // A mean over tokens, which counts by the micro-batch's share of those that are learnt.
        var share = (double)tokens.Targets.Size(0) / step.Tokens;
        var evenness = share * (balance?.Close(BalanceWeight * share * (_lossScale?.Value ?? 1)) ?? 0);

        var scores = head.Score(hidden, tokens.Targets, _temperature, slopes: !head.Weight.RequiresGrad);
        var found = scores.LogProbabilities;
        Keep(learnt, found.To(Device.Cpu).ToArray<float>());
        if (_loss.KlWeight > 0)
        {
            FillReference(tokens, learnt);
        }

        found.RequiresGrad = true;
        var (loss, figures) = PolicyLoss.Compute(BatchOf(answers, learnt, found), _loss, step);
        loss.Backward();
        Learn(head, hidden, tokens.Targets, found.Grad! * (_lossScale?.Value ?? 1), scores.Slopes);
        return (loss.Item(), scores.Entropies.Sum().Item(), evenness, figures);
    }

    // Each token's part of the loss's gradient is what it weighs in a sum of log-probabilities.
    private void Learn(LanguageHead head, Tensor hidden, Tensor targets, Tensor gradient, Tensor? slopes)
    {
        if (slopes is not null)
        {
            hidden.Backward((slopes * gradient.Unsqueeze(-1)).To(hidden.DType));
            return;
        }

        var sum = _temperature == 1 || !head.IsBounded
            ? head.Loss(_temperature == 1 ? hidden : hidden / _temperature, targets, -gradient)
            : (TokenDistribution.Of(head.Logits(hidden, wide: true), targets, _temperature).LogProbabilities * gradient).Sum();
        sum.Backward();
    }

    private void FillReference(PolicyTokens tokens, List<PolicyAnswer> learnt)
    {
        if (learnt.TrueForAll(answer => answer.Reference is not null))
        {
            return;
        }

        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var reference = Reference ?? throw new InvalidOperationException("A KL term needs a reference.");
        var hidden = reference.Hidden(tokens.Batch, tokens.Context()).IndexSelect(0, tokens.Positions);
        var found = reference.Head.Score(hidden, tokens.Targets, _temperature, slopes: false).LogProbabilities.To(Device.Cpu).ToArray<float>();
        foreach (var (answer, own) in Split(learnt, found))
        {
            answer.Reference = own;
        }
    }

    private static void Keep(List<PolicyAnswer> learnt, float[] found)
    {
        foreach (var (answer, own) in Split(learnt, found))
        {
            answer.New = own;
        }
    }

    private PolicyBatch BatchOf(IReadOnlyList<PolicyAnswer> answers, List<PolicyAnswer> learnt, Tensor found)
    {
        var device = found.Device;
        return new PolicyBatch
        {
            Lengths = [.. answers.Select(answer => answer.Learnt ? answer.Count : 0)],
            New = found,
            Old = All(answer => answer.Old ?? answer.New),
            Reference = _loss.KlWeight > 0 ? All(answer => answer.Reference!) : null,
            Sampler = _loss.Sampler is null ? null : All(answer => answer.Sampler ?? answer.Old ?? answer.New),
            Advantages = Tensor.From<float>([.. answers.Select(answer => (float)answer.Advantage)]).To(device),
        };

        Tensor All(Func<PolicyAnswer, float[]> of) => Tensor.From<float>([.. learnt.SelectMany(of)]).To(device);
    }

    private static IEnumerable<(PolicyAnswer Answer, float[] Own)> Split(List<PolicyAnswer> learnt, float[] all)
    {
        var next = 0;
        foreach (var answer in learnt)
        {
            yield return (answer, all[next..(next + answer.Count)]);
            next += answer.Count;
        }
    }

    private static double? Gap(List<PolicyAnswer> answers)
    {
        var distances = answers.Where(answer => answer is { Learnt: true, Sampler: not null })
            .SelectMany(answer => answer.New.Zip(answer.Sampler!, (found, sampler) => Math.Abs((double)found - sampler))).ToList();
        return distances.Count == 0 ? null : distances.Average();
    }
}
