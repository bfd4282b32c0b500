//! Who is meant: `ash` of the rig around, `bank/ash`, or `ash` of the one other rig that has it.
//! All that takes a polecat's name finds its rig here.

pub(in crate::session) mod error;

use std::path::Path;

use crate::{
    core::{
        names::PolecatName,
        rig::address::{Address, Named},
    },
    host::{HostError, polecats},
    session::{
        addresses::error::AddressError,
        context::RigContext,
        error::SessionError,
        rigs::KnownRig,
        workspace::{EditorPlace, Workspace},
    },
};

/// How far a name without a rig reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To the one other rig that has the polecat, for what reads and types.
    Anywhere,
    /// The same for what is asked often: a rig that was found just now is not looked for again.
    Reads,
    /// Only to the rig around, for what makes, starts, ends or removes.
    Here,
}

/// A polecat, and the rig that it is meant in.
pub struct Whom {
    /// The rig.
    pub context: RigContext,
    /// Its name there, which nobody has checked.
    pub polecat: String,
    /// What names it from where it was named: `ash`, or `bank/ash`.
    pub shown: String,
}

impl Workspace {
    /// Whom `said` means at `place`. A place of exactly one rig has no others, unless they are named.
    ///
    /// # Errors
    /// No rig is there, or goes by what stands before the name, or several do; or the polecat is only
    /// in others that are not reached, or in several.
    pub async fn whom(
        &self,
        place: &EditorPlace,
        said: &str,
        reach: Reach,
    ) -> Result<Whom, SessionError> {
        let Address { rig, polecat } = Address::read(said);
        if rig.is_some_and(|rig| rig.split('/').any(|part| matches!(part, "." | ".."))) {
            PolecatName::parse(said)?;
        }
        let here = self.here(place, reach).await;
        let context = match rig {
            Some(rig) => {
                self.by_rig(here.as_ref().ok().filter(|_| place.rig.is_some()), rig, said).await?
            }
            None if place.rig.is_some() => here?,
            None => match (here, reach) {
                (here, Reach::Here) => here?,
                (here, _) => self.by_polecat(here, polecat).await?,
            },
        };
        let shown = self.shown(place, &context, polecat).await;
        Ok(Whom { context, polecat: polecat.to_owned(), shown })
    }

    async fn here(&self, place: &EditorPlace, reach: Reach) -> Result<RigContext, SessionError> {
        match reach {
            Reach::Reads => self.recent_context(place).await,
            Reach::Anywhere | Reach::Here => self.context(place).await,
        }
    }

    /// The rig that goes by `rig`: the one of a view, if it does.
    async fn by_rig(
        &self,
        of_view: Option<&RigContext>,
        rig: &str,
        said: &str,
    ) -> Result<RigContext, SessionError> {
        if let Some(context) = of_view.filter(|context| named(context).goes_by(rig)) {
            return Ok(context.clone());
        }
        let known = self.known_rigs().await;
        let found: Vec<_> = known.iter().filter(|one| one.named().goes_by(rig)).collect();
        let error = match &found[..] {
            [one] => return self.used(one).map_err(Into::into),
            [] => {
                let known = known.into_iter().map(|one| one.address).collect();
                AddressError::NoSuchRig { rig: rig.to_owned(), known }
            }
            several => {
                let polecat = Address::read(said).polecat;
                let meant = several.iter().map(|one| one.address_of(polecat)).collect();
                AddressError::SeveralRigs { rig: said.to_owned(), meant }
            }
        };
        Err(error.into())
    }

    /// The rig around if it has the polecat, else the one other that does.
    async fn by_polecat(
        &self,
        here: Result<RigContext, SessionError>,
        polecat: &str,
    ) -> Result<RigContext, SessionError> {
        // One that was named and is gone is no reason to take another, nor one that cannot be read.
        let is_none =
            |error: &HostError| error.is_no_rig() && !matches!(error, HostError::RigGone { .. });
        if matches!(&here, Err(SessionError::Host(error)) if !is_none(error)) {
            return here;
        }
        // What cannot be a name is refused as such by whoever takes it.
        let Ok(name) = PolecatName::parse(polecat) else { return here };
        if let Ok(here) = &here
            && self.has(here, &name).await
        {
            return Ok(here.clone());
        }
        let home = here.as_ref().ok().map(|here| here.rig_home().to_owned());
        match &self.others(home.as_deref(), &name).await[..] {
            [] => here,
            [one] => Ok(self.used(one)?),
            several => {
                let meant = several.iter().map(|one| one.address_of(polecat)).collect();
                let polecat = polecat.to_owned();
                Err(AddressError::SeveralPolecats { polecat, meant }.into())
            }
        }
    }

    /// The known rigs but that with this home that have the polecat.
    async fn others(&self, home: Option<&Path>, polecat: &PolecatName) -> Vec<KnownRig> {
        let mut others = Vec::new();
        for rig in self.known_rigs().await {
            let other = rig.context.as_ref().filter(|one| Some(one.rig_home()) != home);
            if let Some(context) = other
                && self.has_seen(context, polecat).await
            {
                others.push(rig);
            }
        }
        others
    }

    /// `error` of what was to be done with `said`, which means one of the rig around: where that has
    /// none, it tells who has.
    pub async fn elsewhere(&self, whom: &Whom, said: &str, error: SessionError) -> SessionError {
        let missing = matches!(error.code(), "polecat_not_found" | "session_not_found");
        let name = PolecatName::parse(said).ok().filter(|_| missing);
        let Some(name) = name else { return error };
        if self.has(&whom.context, &name).await {
            return error;
        }
        let others = self.others(Some(whom.context.rig_home()), &name).await;
        if others.is_empty() {
            return error;
        }
        let (polecat, rig) = (said.to_owned(), whom.context.rig_name().to_owned());
        let others = others.iter().map(|one| one.address_of(said)).collect();
        AddressError::Elsewhere { polecat, rig, others }.into()
    }

    /// Whether the rig has the polecat, or may have: what is wrong with it is told by who takes it.
    async fn has(&self, context: &RigContext, polecat: &PolecatName) -> bool {
        // On the disk only who was not there at the last look: what reads would wait for that.
        if self.saw(context, polecat)
            || polecats::exists(&context.rig, polecat).await.unwrap_or(true)
        {
            return true;
        }
        // A session may be all that there is of it.
        let poller = self.poller(context);
        poller.first_look().await;
        poller.sees(polecat)
    }

    /// Whether the rig is seen to have the polecat.
    async fn has_seen(&self, context: &RigContext, polecat: &PolecatName) -> bool {
        self.saw(context, polecat) || polecats::exists(&context.rig, polecat).await.unwrap_or(false)
    }

    /// Whether it was there at the last look.
    fn saw(&self, context: &RigContext, polecat: &PolecatName) -> bool {
        let polled = self.pollers.running(context.rig_home());
        polled.is_some_and(|poller| poller.sees(polecat))
    }

    /// The context of a known rig, which counts as used from now on.
    fn used(&self, rig: &KnownRig) -> Result<RigContext, AddressError> {
        let Some(context) = &rig.context else {
            let why = rig.problem.clone().unwrap_or_default();
            return Err(AddressError::Unreadable { rig: rig.address.clone(), why });
        };
        self.poller(context);
        Ok(context.clone())
    }

    /// What names `polecat` of the rig `context` at `place`.
    async fn shown(&self, place: &EditorPlace, context: &RigContext, polecat: &str) -> String {
        let around = EditorPlace { rig: None, ..place.clone() };
        let around = self.recent_context(&around).await;
        if around.is_ok_and(|around| around.rig.home == context.rig.home) {
            return polecat.to_owned();
        }
        self.address(context, polecat)
    }

    /// What names the rig with this home, if it is known.
    #[must_use]
    pub fn rig_address(&self, home: &Path) -> Option<String> {
        self.rigs.address(home)
    }

    /// What names `polecat` of the rig `context` from anywhere.
    #[must_use]
    pub fn address(&self, context: &RigContext, polecat: &str) -> String {
        let rig = self.rigs.address(context.rig_home());
        format!("{}/{polecat}", rig.as_deref().unwrap_or(context.rig_name()))
    }
}

fn named(context: &RigContext) -> Named<'_> {
    Named { name: context.rig_name(), path: context.rig_path() }
}
