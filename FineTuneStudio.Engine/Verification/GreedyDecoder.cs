using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Verification;

/// <summary>The likeliest token, again and again, with the keys and values of before kept as they were turned.</summary>
internal static class GreedyDecoder
{
    /// <summary>So many tokens after a prompt; no token stops it.</summary>
    public static int[] Continue(CausalModel model, int[] prompt, int count)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        using var context = new GrowingCacheContext();
        var tokens = new int[count];
        var fresh = prompt;
        for (var index = 0; index < count; index++)
        {
            using var batch = TokenBatch.Continue([fresh], [index == 0 ? 0 : prompt.Length + index - 1]);
            var hidden = model.Hidden(batch, context);
            tokens[index] = (int)model.Logits(hidden.Narrow(0, hidden.Size(0) - 1, 1)).ArgMax(-1).Item();
            fresh = [tokens[index]];
        }

        return tokens;
    }
}
