using System.Numerics;

namespace FineTuneStudio.Engine.Grading.Mathematics;

/// <summary>A number as exact as it can be had: a fraction of whole numbers, or a double where a root or π is in it.</summary>
internal readonly struct MathNumber
{
    // Beyond so many bits a power is taken as a double.
    private const long MostBits = 1 << 14;
    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;
    private readonly double _inexact;

    private MathNumber(BigInteger numerator, BigInteger denominator)
    {
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        (_numerator, _denominator) = (numerator / divisor, denominator / divisor);
    }

    private MathNumber(double inexact) => _inexact = inexact;

    /// <summary>Whether it is a fraction of whole numbers.</summary>
    public bool IsExact => !_denominator.IsZero;

    /// <summary>The nearest double; infinite where it is too large for one.</summary>
    public double Value
    {
        get
        {
            if (!IsExact)
            {
                return _inexact;
            }

            // Both may be beyond a double although their quotient is not.
            var shift = (int)Math.Max(0, Math.Max(_numerator.GetBitLength(), _denominator.GetBitLength()) - 1000);
            return shift == 0 ? (double)_numerator / (double)_denominator : Math.Exp(BigInteger.Log(BigInteger.Abs(_numerator)) - BigInteger.Log(_denominator)) * _numerator.Sign;
        }
    }

    public static implicit operator MathNumber(BigInteger whole) => new(whole, BigInteger.One);

    public static implicit operator MathNumber(int whole) => new(whole, BigInteger.One);

    /// <summary>A number that is no fraction.</summary>
    public static MathNumber Inexact(double value) => new(value);

    public static MathNumber operator -(MathNumber value) => value.IsExact ? new(-value._numerator, value._denominator) : new(-value._inexact);

    public static MathNumber operator +(MathNumber left, MathNumber right) => left.IsExact && right.IsExact
        ? new((left._numerator * right._denominator) + (right._numerator * left._denominator), left._denominator * right._denominator)
        : new(left.Value + right.Value);

    public static MathNumber operator -(MathNumber left, MathNumber right) => left + -right;

    public static MathNumber operator *(MathNumber left, MathNumber right) => left.IsExact && right.IsExact
        ? new(left._numerator * right._numerator, left._denominator * right._denominator)
        : new(left.Value * right.Value);

    /// <exception cref="FormatException">The divisor is 0.</exception>
    public static MathNumber operator /(MathNumber left, MathNumber right)
    {
        if (right.Value == 0)
        {
            throw new FormatException("There is a division by 0.");
        }

        return left.IsExact && right.IsExact ? new(left._numerator * right._denominator, left._denominator * right._numerator) : new(left.Value / right.Value);
    }

    /// <summary>A power; exact for a small whole exponent of an exact base.</summary>
    /// <exception cref="FormatException">It is no number: 0 to a negative power, the root of a negative number, or beyond a double.</exception>
    public MathNumber Power(MathNumber exponent)
    {
        if (IsExact && exponent.IsExact && exponent._denominator.IsOne && BigInteger.Abs(exponent._numerator) <= MostBits
            && BigInteger.Abs(exponent._numerator) * Math.Max(_numerator.GetBitLength(), _denominator.GetBitLength()) <= MostBits)
        {
            var times = (int)BigInteger.Abs(exponent._numerator);
            MathNumber power = new(BigInteger.Pow(_numerator, times), BigInteger.Pow(_denominator, times));
            return exponent._numerator.Sign < 0 ? (MathNumber)1 / power : power;
        }

        return Checked(Math.Pow(Value, exponent.Value));
    }

    /// <summary>A root; exact where it is a whole number over a whole number and of degree 2.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public MathNumber Root(MathNumber degree)
    {
        if (degree.IsExact && degree.Value == 2 && IsExact && _numerator.Sign >= 0 && WholeRoot(_numerator) is { } top && WholeRoot(_denominator) is { } bottom)
        {
            return new(top, bottom);
        }

        var isOddOfNegative = Value < 0 && degree.IsExact && degree._denominator.IsOne && !degree._numerator.IsEven;
        return Checked(isOddOfNegative ? -Math.Pow(-Value, 1 / degree.Value) : Math.Pow(Value, 1 / degree.Value));
    }

    /// <summary>Whether two numbers are the same, or as near as the tolerances allow.</summary>
    /// <param name="other">What it should be.</param>
    /// <param name="tolerance">Largest difference.</param>
    /// <param name="relativeTolerance">Largest difference over the size of <paramref name="other"/>; <see langword="null"/> is exact for fractions, 1e-9 else.</param>
    public bool IsNear(MathNumber other, double tolerance, double? relativeTolerance)
    {
        if (IsExact && other.IsExact && (this - other)._numerator.IsZero)
        {
            return true;
        }

        var relative = relativeTolerance ?? (IsExact && other.IsExact ? 0 : 1e-9);
        var allowed = Math.Max(tolerance, relative * Math.Abs(other.Value));
        return allowed > 0 && Math.Abs((this - other).Value) <= allowed;
    }

    private static BigInteger? WholeRoot(BigInteger square)
    {
        if (square.GetBitLength() > 100)
        {
            return null;
        }

        var root = (BigInteger)Math.Round(Math.Sqrt((double)square));
        return root * root == square ? root : null;
    }

    private static MathNumber Checked(double value) => double.IsFinite(value) ? new(value) : throw new FormatException("There is no such number.");
}
