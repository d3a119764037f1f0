namespace FineTuneStudio.Engine.Grading.Mathematics;

/// <summary>A number and what it counts.</summary>
/// <param name="Number">Its value; a percentage is divided by 100 already.</param>
/// <param name="IsPercent">Whether it was written as a percentage.</param>
/// <param name="Unit">Its unit, where it has one that is known.</param>
internal sealed record Quantity(MathNumber Number, bool IsPercent, MathUnit? Unit)
{
    /// <summary>Whether both are the same quantity. A unit that only one of them has says nothing; units of one kind are converted.</summary>
    public bool IsNear(Quantity reference, MathTolerance tolerance)
    {
        if (Unit is not null && reference.Unit is not null && Unit.Dimension != reference.Unit.Dimension)
        {
            return false;
        }

        var converted = Unit is not null && reference.Unit is not null ? Number * Unit.Factor / reference.Unit.Factor : Number;
        return tolerance.Allows(converted, reference.Number)
            || (tolerance.IgnorePercent && IsPercent != reference.IsPercent && tolerance.Allows(IsPercent ? converted * 100 : converted, IsPercent ? reference.Number : reference.Number * 100));
    }
}
