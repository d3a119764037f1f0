using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FineTuneStudio.Persistence;

internal sealed class DraftConfiguration : IEntityTypeConfiguration<DraftEntity>
{
    public void Configure(EntityTypeBuilder<DraftEntity> builder)
    {
        builder.HasKey(draft => draft.Key);
        builder.Property(draft => draft.Key).HasMaxLength(200);
    }
}
