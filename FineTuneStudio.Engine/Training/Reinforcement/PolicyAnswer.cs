using FineTuneStudio.Engine.Models.Experts;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>An answer to learn from. A class: what the passes find out about its tokens stays with it.</summary>
/// <param name="prompt">Token ids of the prompt, one at least. <c>[P]</c></param>
/// <param name="answer">Token ids of the answer, one at least. <c>[T]</c></param>
/// <param name="advantage">How much better it is than the others of its group.</param>
/// <param name="given">Which of its tokens were put between its turns, and not drawn; never the last. <see langword="null"/> for none. <c>[T]</c></param>
internal sealed class PolicyAnswer(int[] prompt, int[] answer, double advantage, bool[]? given = null)
{
    /// <summary>Token ids of the prompt; answers to one prompt have the same array, and pass through the network behind one copy of it. <c>[P]</c></summary>
    public int[] Prompt { get; } = prompt;

    /// <summary>Tokens of the answer, with what was put between its turns. <c>[T]</c></summary>
    public int[] Tokens { get; } = answer;

    /// <summary>How much better it is than the others of its group.</summary>
    public double Advantage { get; } = advantage;

    /// <summary>Places of the tokens that the policy drew, which alone are learnt: all, but for what was put between its turns. The last token is among them. <c>[D]</c></summary>
    public int[] Drawn { get; } = [.. Enumerable.Range(0, answer.Length).Where(place => given?[place] != true)];

    /// <summary>Tokens that are learnt, where the answer is: D.</summary>
    public int Count => Drawn.Length;

    /// <summary>Whether its tokens are learnt; one that is not still counts as an answer where a loss is a mean over them.</summary>
    public bool Learnt { get; init; } = true;

    /// <summary>Log-probabilities as the sampler had them, in nats; <see langword="null"/> where nobody drew it. <c>[D]</c></summary>
    public float[]? Sampler { get; init; }

    /// <summary>The experts that prompt and answer, without its last token, went to when it was drawn, to be gone to again.</summary>
    public RoutingRecord? Routing { get; init; }

    /// <summary>Log-probabilities of before the first step that learns from it: what that step found. <c>[D]</c></summary>
    public float[]? Old { get; set; }

    /// <summary>Log-probabilities by the model of the beginning, where the loss asks for them. <c>[D]</c></summary>
    public float[]? Reference { get; set; }

    /// <summary>Log-probabilities as the last step found them, before it moved the weights. <c>[D]</c></summary>
    public float[] New { get; set; } = [];
}
