using System.Diagnostics;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Optimizers;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>
/// A model with random weights, an adapter, random prompts and random rewards, by the very generator and step that reinforcement runs use: to measure a
/// shape without its files.
/// </summary>
public sealed class TrialReinforcement : IDisposable
{
    private readonly CausalModel _base;
    private readonly CausalModel _model;
    private readonly AdapterSet _adapter;
    private readonly Optimizer _optimizer;
    private readonly PolicyStep _step;
    private readonly int[][] _prompts;
    private readonly int _answers;
    private readonly int _answerTokens;
    private readonly int _tokensOfPass;
    private long _drawn;

    /// <summary>Makes the model and the prompts.</summary>
    /// <param name="config">The network.</param>
    /// <param name="lora">Stands beside every linear but the head unless it says otherwise.</param>
    /// <param name="precision">Of frozen weights and activations.</param>
    /// <param name="prompts">Prompts of a step.</param>
    /// <param name="promptTokens">Tokens of each.</param>
    /// <param name="answers">Answers to each.</param>
    /// <param name="answerTokens">Tokens of each: none ends early.</param>
    /// <param name="tokensOfPass">Most tokens of a training pass.</param>
    /// <param name="device">Where to compute.</param>
    public TrialReinforcement(
        ModelConfig config, LoraOptions lora, Precision precision, int prompts, int promptTokens, int answers, int answerTokens, int tokensOfPass, Device device = default)
    {
        _base = CausalModel.Create(config, seed: 1, precision, device);
        _adapter = AdapterSet.Create(_base.Linears, lora, seed: 2, device, _base.WeightOf);
        _adapter.SetTrainable(true);
        _model = _base.WithAdapter(_adapter);
        var options = new OptimizerOptions();
        _optimizer = Optimizer.Create(_adapter.Parameters, options);
        var update = new WeightUpdate(_adapter.Parameters, _optimizer, lossScale: null, options.ClipNorm);
        _step = new PolicyStep(_model, update, lossScale: null, PolicyLossOptions.Of(ReinforcementMethod.Dapo), temperature: 1, checkpointing: false);
        var random = new Random(3);
        _prompts = [.. Enumerable.Range(0, prompts).Select(_ => Enumerable.Range(0, promptTokens).Select(_ => random.Next(config.VocabularySize)).ToArray())];
        (_answers, _answerTokens, _tokensOfPass) = (answers, answerTokens, tokensOfPass);
    }

    /// <summary>The model that the adapter stands beside.</summary>
    public CausalModel Base => _base;

    /// <summary>Ids of each prompt.</summary>
    public IReadOnlyList<int[]> Prompts => _prompts;

    /// <summary>Tokens that a step draws.</summary>
    public int DrawnTokens => _prompts.Length * _answers * _answerTokens;

    /// <summary>Draws as many tokens as an answer has to one prompt alone.</summary>
    /// <returns>Tokens a second.</returns>
    public double RateOfOne()
    {
        var start = Stopwatch.GetTimestamp();
        Draw([_prompts[0]], answers: 1);
        return _answerTokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>A whole step: all answers drawn, then learnt from with random rewards.</summary>
    /// <returns>Where its time went.</returns>
    public (double DrawingSeconds, double LearningSeconds) Run()
    {
        var start = Stopwatch.GetTimestamp();
        var drawn = Draw(_prompts, _answers);
        var drawing = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        var random = new Random(4);
        var rewards = Advantages.Compute([.. Enumerable.Range(0, _prompts.Length * _answers).Select(_ => random.NextDouble())], _answers, AdvantageScale.Group).Values;
        var answers = _prompts.SelectMany((prompt, index) => drawn[index].Select((answer, place) => new PolicyAnswer(prompt, answer.Ids, rewards[(index * _answers) + place])
        {
            Sampler = answer.LogProbabilities,
        }));
        _step.Run([.. MicroBatches.Of(answers, _tokensOfPass)], learningRate: 1e-4, dropout: _ => null, CancellationToken.None);
        return (drawing, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
        _adapter.Dispose();
        _base.Dispose();
    }

    private IReadOnlyList<TokenAnswer[]> Draw(int[][] prompts, int answers)
    {
        var options = new SamplingOptions { Temperature = 1, MaxTokens = _answerTokens, Seed = 5 };
        return new TokenGenerator(_model, []).Generate([.. prompts.Select(prompt => new TokenRequest(prompt, options) { Answers = answers, Stream = _drawn++ })], onToken: null, CancellationToken.None);
    }
}
