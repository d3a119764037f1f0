using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FineTuneStudio.Persistence;

internal sealed class ModelSpeedConfiguration : IEntityTypeConfiguration<ModelSpeedEntity>
{
    public void Configure(EntityTypeBuilder<ModelSpeedEntity> builder)
    {
        builder.HasKey(speed => new { speed.ModelId, speed.Machine, speed.Kind });
        builder.Property(speed => speed.Machine).HasMaxLength(200);
        builder.Property(speed => speed.Origin).HasMaxLength(300);

        // Names, not numbers: a reordered enum must not rewrite history.
        builder.Property(speed => speed.Kind).HasConversion<string>().HasMaxLength(16);
    }
}
