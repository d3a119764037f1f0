using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Which token belongs to which answer: answers stand one behind the other without padding.</summary>
/// <remarks>B answers, N learnt tokens of all of them. An answer may have no token. Create it inside a scope.</remarks>
internal sealed class AnswerRows
{
    private readonly Tensor _rowOfToken;
    private readonly Tensor _oneOverLength;

    /// <summary>Lays the answers out.</summary>
    /// <param name="lengths">Learnt tokens of each. <c>[B]</c></param>
    /// <param name="device">Where the tensors of tokens are.</param>
    public AnswerRows(IReadOnlyList<int> lengths, Device device = default)
    {
        Lengths = lengths;
        Tokens = lengths.Sum();
        var rows = new long[Tokens];
        var next = 0;
        for (var row = 0; row < lengths.Count; row++)
        {
            rows.AsSpan(next, lengths[row]).Fill(row);
            next += lengths[row];
        }

        _rowOfToken = Tensor.From<long>(rows).To(device);
        _oneOverLength = Tensor.From<float>([.. lengths.Select(length => 1f / Math.Max(length, 1))]).To(device);
    }

    /// <summary>Learnt tokens of each answer. <c>[B]</c></summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Learnt tokens of all answers: N.</summary>
    public int Tokens { get; }

    /// <summary>Mean of each answer's tokens, 0 for an answer without. <c>[N]</c> to <c>[B]</c></summary>
    public Tensor Mean(Tensor tokens) => Sum(tokens) * _oneOverLength;

    /// <summary>Sum of each answer's tokens. <c>[N]</c> to <c>[B]</c></summary>
    public Tensor Sum(Tensor tokens) => Tensor.Zeros([Lengths.Count], tokens.DType, tokens.Device).IndexAdd(0, _rowOfToken, tokens);

    /// <summary>Each answer's number for all its tokens. <c>[B]</c> to <c>[N]</c></summary>
    public Tensor Spread(Tensor answers) => answers.IndexSelect(0, _rowOfToken);
}
