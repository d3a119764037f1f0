using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FineTuneStudio.Persistence;

internal sealed class DatasetConfiguration : IEntityTypeConfiguration<DatasetEntity>
{
    public void Configure(EntityTypeBuilder<DatasetEntity> builder)
    {
        builder.HasKey(dataset => dataset.Id);
        builder.HasQueryFilter(dataset => dataset.DeletedAt == null);
        builder.Property(dataset => dataset.Name).HasMaxLength(255);
        builder.Property(dataset => dataset.Extension).HasMaxLength(16);
        builder.Property(dataset => dataset.Sha256).HasMaxLength(64);

        // Names, not numbers: a reordered enum must not rewrite history.
        builder.Property(dataset => dataset.State).HasConversion<string>().HasMaxLength(16);
        builder.Property(dataset => dataset.Method).HasMaxLength(16);
        builder.HasIndex(dataset => dataset.CreatedAt);
    }
}
