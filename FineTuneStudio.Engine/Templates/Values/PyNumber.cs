using System.Numerics;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's numbers: integers of any size, floats, and booleans that are the integers 0 and 1.</summary>
internal static class PyNumber
{
    private const long ExactInDouble = 1L << 53;
    private const int MostBits = 1 << 20;

    public static bool IsInteger(object value) => value is long or bool or BigInteger;

    public static bool IsNumber(object value) => value is long or double or bool or BigInteger;

    /// <summary>The value as a 64-bit integer, or <see langword="null"/> where it is none (or larger).</summary>
    public static long? AsLong(object value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        double number when Math.Floor(number) == number && Math.Abs(number) < 9e18 => (long)number,
        _ => null,
    };

    public static BigInteger ToBig(object value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        BigInteger number => number,
        _ => throw new InvalidOperationException($"{PyType.Name(value)} is no integer."),
    };

    /// <exception cref="TemplateException">The integer is beyond the range of a float.</exception>
    public static double ToDouble(object value)
    {
        switch (value)
        {
            case double number:
                return number;
            case long number:
                return number;
            case bool flag:
                return flag ? 1 : 0;
            default:
                var result = (double)(BigInteger)value;
                return double.IsInfinity(result)
                    ? throw new TemplateException(TemplateFaultKind.Overflow, "The integer is too large for a float.")
                    : result;
        }
    }

    public static object Add(long left, long right)
    {
        var sum = unchecked(left + right);
        return ((left ^ sum) & (right ^ sum)) < 0 ? Boxed.Of((BigInteger)left + right) : Boxed.Of(sum);
    }

    /// <summary>Applies an operator to two numbers; <see langword="null"/> where one of them is none.</summary>
    public static object? Apply(BinaryOperator operation, object left, object right)
    {
        if (!IsNumber(left) || !IsNumber(right))
        {
            return null;
        }

        if (left is double || right is double)
        {
            return Floats(operation, ToDouble(left), ToDouble(right));
        }

        return operation switch
        {
            BinaryOperator.Add when left is long a && right is long b => Add(a, b),
            BinaryOperator.Add => Boxed.Of(ToBig(left) + ToBig(right)),
            BinaryOperator.Subtract => Boxed.Of(ToBig(left) - ToBig(right)),
            BinaryOperator.Multiply => Boxed.Of(ToBig(left) * ToBig(right)),
            BinaryOperator.Divide => Divide(ToBig(left), ToBig(right)),
            BinaryOperator.FloorDivide => Boxed.Of(FloorDivide(ToBig(left), ToBig(right))),
            BinaryOperator.Modulo => Boxed.Of(Modulo(ToBig(left), ToBig(right))),
            _ => Power(ToBig(left), ToBig(right)),
        };
    }

    public static object Negate(object value) => value switch
    {
        double number => -number,
        _ => Boxed.Of(-ToBig(value)),
    };

    public static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        RequireNonZero(right.IsZero);
        var quotient = BigInteger.DivRem(left, right, out var remainder);
        return !remainder.IsZero && (remainder.Sign < 0) != (right.Sign < 0) ? quotient - 1 : quotient;
    }

    public static BigInteger Modulo(BigInteger left, BigInteger right)
    {
        RequireNonZero(right.IsZero);
        var remainder = BigInteger.Remainder(left, right);
        return !remainder.IsZero && (remainder.Sign < 0) != (right.Sign < 0) ? remainder + right : remainder;
    }

    /// <summary>Compares two numbers exactly, however large; NaN compares as unequal and neither less nor greater (<see langword="null"/>).</summary>
    public static int? Compare(object left, object right)
    {
        if (left is long a && right is long b)
        {
            return a.CompareTo(b);
        }

        if (left is double x && right is double y)
        {
            return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
        }

        if (left is double number)
        {
            return -CompareIntegerWithFloat(ToBig(right), number);
        }

        return right is double other ? CompareIntegerWithFloat(ToBig(left), other) : ToBig(left).CompareTo(ToBig(right));
    }

    public static int Hash(object value) => value switch
    {
        double number when Math.Floor(number) == number && Math.Abs(number) < 9e18 => ((long)number).GetHashCode(),
        double number => number.GetHashCode(),
        long number => number.GetHashCode(),
        bool flag => (flag ? 1L : 0L).GetHashCode(),
        _ => value.GetHashCode(),
    };

    private static int? CompareIntegerWithFloat(BigInteger integer, double number)
    {
        if (double.IsNaN(number))
        {
            return null;
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? -1 : 1;
        }

        var whole = Math.Floor(number);
        var order = integer.CompareTo(new BigInteger(whole));
        return order != 0 || whole == number ? order : -1;
    }

    private static double Floats(BinaryOperator operation, double left, double right)
    {
        switch (operation)
        {
            case BinaryOperator.Add:
                return left + right;
            case BinaryOperator.Subtract:
                return left - right;
            case BinaryOperator.Multiply:
                return left * right;
            case BinaryOperator.Divide:
                RequireNonZero(right == 0);
                return left / right;
            case BinaryOperator.FloorDivide:
                return FloorDivide(left, right);
            case BinaryOperator.Modulo:
                return Modulo(left, right);
            default:
                return Power(left, right);
        }
    }

    private static double FloorDivide(double left, double right)
    {
        RequireNonZero(right == 0);
        var modulo = left % right;
        var quotient = (left - modulo) / right;
        if (modulo != 0 && (right < 0) != (modulo < 0))
        {
            quotient -= 1;
        }

        if (quotient == 0)
        {
            return Math.CopySign(0, left / right);
        }

        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double Modulo(double left, double right)
    {
        RequireNonZero(right == 0);
        var modulo = left % right;
        if (modulo == 0)
        {
            return Math.CopySign(0, right);
        }

        return (right < 0) != (modulo < 0) ? modulo + right : modulo;
    }

    private static double Power(double left, double right)
    {
        if (left == 0 && right < 0)
        {
            throw new TemplateException(TemplateFaultKind.ZeroDivision, "Zero cannot be raised to a negative power.");
        }

        if (left < 0 && double.IsFinite(left) && double.IsFinite(right) && Math.Floor(right) != right)
        {
            throw TemplateException.Value("A negative number to a fractional power is a complex number, which templates here do not have.");
        }

        var result = Math.Pow(left, right);
        return double.IsInfinity(result) && double.IsFinite(left) && double.IsFinite(right)
            ? throw new TemplateException(TemplateFaultKind.Overflow, "The power is too large for a float.")
            : result;
    }

    private static object Power(BigInteger left, BigInteger right)
    {
        if (right.Sign < 0)
        {
            return Power(ToDouble(Boxed.Of(left)), ToDouble(Boxed.Of(right)));
        }

        if (left.IsOne || left.IsZero || left == BigInteger.MinusOne)
        {
            return right.IsZero || left.IsOne ? Boxed.Of(1) : left.IsZero ? Boxed.Of(0) : Boxed.Of(right.IsEven ? 1 : -1);
        }

        if (right * left.GetBitLength() > MostBits)
        {
            throw TemplateException.Limit($"The power has more than {MostBits} bits.");
        }

        return Boxed.Of(BigInteger.Pow(left, (int)right));
    }

    /// <summary>Python's true division of integers: correctly rounded, however large they are.</summary>
    private static double Divide(BigInteger left, BigInteger right)
    {
        RequireNonZero(right.IsZero);
        if (BigInteger.Abs(left) <= ExactInDouble && BigInteger.Abs(right) <= ExactInDouble)
        {
            return (double)left / (double)right;
        }

        // Scaled so that the quotient has 64 bits or more, with a sticky last bit: its conversion then rounds as the exact value would.
        var shift = (int)Math.Max(0, 66 - (left.GetBitLength() - right.GetBitLength()));
        var quotient = BigInteger.DivRem(BigInteger.Abs(left) << shift, BigInteger.Abs(right), out var remainder);
        quotient |= remainder.IsZero ? 0 : 1;
        var result = Math.ScaleB(RoundToDouble(quotient), -shift) * (left.Sign * right.Sign);
        return double.IsInfinity(result)
            ? throw new TemplateException(TemplateFaultKind.Overflow, "The quotient is too large for a float.")
            : result;
    }

    private static double RoundToDouble(BigInteger value)
    {
        var excess = (int)Math.Max(0, value.GetBitLength() - 64);
        var top = (ulong)(value >> excess);
        var sticky = (value & ((BigInteger.One << excess) - 1)).IsZero ? 0UL : 1UL;
        return Math.ScaleB((double)(top | sticky), excess);
    }

    private static void RequireNonZero(bool zero)
    {
        if (zero)
        {
            throw new TemplateException(TemplateFaultKind.ZeroDivision, "Division by zero.");
        }
    }
}
