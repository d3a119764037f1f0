namespace FineTuneStudio.Application.Runs;

/// <summary>How hard a step pushed a token of an answer: by the answer's advantage, the more the less likely the token was.</summary>
public static class TokenPush
{
    /// <summary>The strongest push.</summary>
    public const int Strongest = 4;

    // A push that is a hundredth of the strongest moves nothing that could be seen.
    private const double Least = 0.01;

    /// <summary>From -4 (made much less likely) over 0 (left alone) to 4 (made much more likely).</summary>
    /// <param name="advantage">Of the answer.</param>
    /// <param name="largest">The largest advantage of the step, without its sign.</param>
    /// <param name="logProbability">Of the token, in nats, by the policy that drew it.</param>
    public static int Level(double advantage, double largest, double logProbability)
    {
        if (advantage == 0 || !(largest > 0))
        {
            return 0;
        }

        // What the gradient of a log-probability leaves for a token that was sure anyway: 1 - p.
        var strength = Math.Abs(advantage) / largest * (1 - Math.Exp(Math.Min(0, logProbability)));
        return strength < Least ? 0 : Math.Sign(advantage) * (int)Math.Clamp(Math.Ceiling(strength * Strongest), 1, Strongest);
    }
}
