using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Which prompt is drawn when: all of them in an order of the seed's, then all again in another; follows from the number of the draw alone.</summary>
/// <param name="prompts">How many there are.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class PromptOrder(int prompts, long seed)
{
    private RowPermutation? _permutation;
    private long _epoch = -1;

    /// <summary>The prompt of a draw.</summary>
    /// <param name="draw">From 0.</param>
    public int this[long draw]
    {
        get
        {
            var epoch = draw / prompts;
            if (_permutation is null || epoch != _epoch)
            {
                (_permutation, _epoch) = (new RowPermutation(prompts, seed, (int)epoch), epoch);
            }

            return _permutation.Value[(int)(draw % prompts)];
        }
    }
}
